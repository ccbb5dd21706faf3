import { ok, type Result } from 'neverthrow';
import { isServerBusy, noFreeSession, type SmtpFailure } from './failures.ts';
import { createSemaphore } from './semaphore.ts';
import type { Session } from './session.ts';

/** Sessions that stay open between mails. */
export type SessionPool = {
  /**
   * Runs `work` with a session, after a wait if all are in use. Returns the failure of opening a session, or the result
   * of `work`.
   */
  use(
    signal: AbortSignal,
    work: (session: Session) => Promise<SmtpFailure | null>,
  ): Promise<SmtpFailure | null>;
  /** Ends all sessions that are not in use. */
  close(): Promise<void>;
};

/**
 * A pool of our own around nodemailer's connections: its pool cannot ask a connection what the server supports before
 * it sends, and has a fixed size.
 */
export const createSessionPool = (
  open: (signal: AbortSignal) => Promise<Result<Session, SmtpFailure>>,
  limits: { readonly sessionsMax: number; readonly mailsPerSession: number },
): SessionPool => {
  const semaphore = createSemaphore(limits.sessionsMax);
  const idle: PooledSession[] = [];
  let accepted = 0;

  const openOrReuse = async (signal: AbortSignal): Promise<Result<PooledSession, SmtpFailure>> => {
    const last = idle.pop();
    return last === undefined ? (await open(signal)).map((session) => ({ session, mails: 0 })) : ok(last);
  };

  const useSession = async (
    signal: AbortSignal,
    work: (session: Session) => Promise<SmtpFailure | null>,
  ): Promise<SmtpFailure | null | 'too_many_sessions'> => {
    for (;;) {
      const pooled = await openOrReuse(signal);
      if (pooled.isErr())
        return isServerBusy(pooled.error) && semaphore.shrink() ? 'too_many_sessions' : pooled.error;
      const { session, mails } = pooled.value;
      const failure = await work(session);
      // After a rejection the server may still expect the rest of that mail. A new session is the simplest remedy.
      if (failure === null && mails + 1 < limits.mailsPerSession) idle.push({ session, mails: mails + 1 });
      else void session.quit();
      if (failure === null && ++accepted % mailsPerGrowth === 0) semaphore.grow();
      // The server ended a reused session before it had this mail, so another session can send it.
      if (failure === null) return failure;
      if (mails > 0 && isSessionOver(failure)) continue;
      if (isServerBusy(failure)) semaphore.shrink();
      return failure;
    }
  };

  return {
    use: async (signal, work) => {
      // A server that takes no more sessions still takes mails over those that we have: wait for one of them.
      for (;;) {
        if (!(await semaphore.acquire(signal))) return noFreeSession;
        try {
          const failure = await useSession(signal, work);
          if (failure !== 'too_many_sessions') return failure;
        } finally {
          semaphore.release();
        }
      }
    },
    close: async () => {
      await Promise.all(idle.splice(0).map(({ session }) => session.quit()));
    },
  };
};

/** After so many mails the pool tries one session more, if the server had refused one. */
const mailsPerGrowth = 100;

/**
 * The session ended before the mail, or with a 421 to MAIL FROM, as servers do that limit the mails of a
 * session.
 */
const isSessionOver = (failure: SmtpFailure): boolean =>
  failure.notReceived === true || (failure.command === 'MAIL FROM' && isServerBusy(failure));

type PooledSession = { readonly session: Session; readonly mails: number };
