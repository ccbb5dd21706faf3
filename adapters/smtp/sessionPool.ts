import { ok, type Result } from 'neverthrow';
import type { SmtpFailure } from './failures.ts';
import type { Session } from './session.ts';

/** Sessions that stay open between mails. */
export type SessionPool = {
  /**
   * Runs `work` with a session, after a wait if all are in use. Returns the failure of opening a session, or
   * the result of `work`.
   */
  use(
    signal: AbortSignal,
    work: (session: Session) => Promise<SmtpFailure | null>,
  ): Promise<SmtpFailure | null>;
  /** Ends all sessions that are not in use. */
  close(): Promise<void>;
};

export const createSessionPool = (
  open: (signal: AbortSignal) => Promise<Result<Session, SmtpFailure>>,
  limits: { readonly sessionsMax: number; readonly mailsPerSession: number },
): SessionPool => {
  const semaphore = createSemaphore(limits.sessionsMax);
  const idle: PooledSession[] = [];

  const openOrReuse = async (signal: AbortSignal): Promise<Result<PooledSession, SmtpFailure>> => {
    const last = idle.pop();
    return last === undefined ? (await open(signal)).map((session) => ({ session, mails: 0 })) : ok(last);
  };

  const useSession: SessionPool['use'] = async (signal, work) => {
    for (;;) {
      const pooled = await openOrReuse(signal);
      if (pooled.isErr()) return pooled.error;
      const { session, mails } = pooled.value;
      const failure = await work(session);
      // After a rejection the server may still expect the rest of that mail. A new session is the simplest
      // remedy.
      if (failure === null && mails + 1 < limits.mailsPerSession) idle.push({ session, mails: mails + 1 });
      else void session.quit();
      // The server ended a reused session before it had this mail, so another session can send it.
      if (failure === null || mails === 0 || !isSessionOver(failure)) return failure;
    }
  };

  return {
    use: async (signal, work) => {
      await semaphore.acquire();
      try {
        return await useSession(signal, work);
      } finally {
        semaphore.release();
      }
    },
    close: async () => {
      await Promise.all(idle.splice(0).map(({ session }) => session.quit()));
    },
  };
};

/**
 * The session ended before the mail, or with a 421 to MAIL FROM, as servers do that limit the mails of a
 * session.
 */
const isSessionOver = ({ notReceived, command, responseCode }: SmtpFailure): boolean =>
  notReceived === true || (command === 'MAIL FROM' && responseCode === 421);

type PooledSession = { readonly session: Session; readonly mails: number };

/**
 * At most `max` holders at a time, first come, first served. A waiter needs no time limit of its own: all
 * mails have the same limit, so those before it release in time.
 */
const createSemaphore = (max: number) => {
  const waiting: (() => void)[] = [];
  let free = max;
  return {
    acquire: (): Promise<void> => {
      if (free > 0) {
        free--;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    release: (): void => {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
};
