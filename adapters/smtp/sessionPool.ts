import { ok, type Result } from 'neverthrow';
import type { SmtpFailure } from './failures.ts';
import type { Session } from './session.ts';

/** Sessions that are kept open from mail to mail. */
export type SessionPool = {
  /** Lends one to `work`, in turn where all are lent. Answers what kept it from one, or what `work` answered. */
  use(
    signal: AbortSignal,
    work: (session: Session) => Promise<SmtpFailure | null>,
  ): Promise<SmtpFailure | null>;
  /** Says goodbye on all that are not lent. */
  close(): Promise<void>;
};

export const createSessionPool = (
  open: (signal: AbortSignal) => Promise<Result<Session, SmtpFailure>>,
  limits: { readonly sessionsMax: number; readonly mailsPerSession: number },
): SessionPool => {
  const turns = turnsOf(limits.sessionsMax);
  const idle: Kept[] = [];

  const take = async (signal: AbortSignal): Promise<Result<Kept, SmtpFailure>> => {
    const last = idle.pop();
    return last === undefined ? (await open(signal)).map((session) => ({ session, mails: 0 })) : ok(last);
  };

  const useTurn: SessionPool['use'] = async (signal, work) => {
    for (;;) {
      const taken = await take(signal);
      if (taken.isErr()) return taken.error;
      const { session, mails } = taken.value;
      const failure = await work(session);
      // After a refusal the server may still be in the middle of that mail; a new session costs less than care.
      if (failure === null && mails + 1 < limits.mailsPerSession) idle.push({ session, mails: mails + 1 });
      else void session.quit();
      // The server ended the session while nobody used it, or now: the mail goes over another.
      if (failure === null || mails === 0 || !isOver(failure)) return failure;
    }
  };

  return {
    use: async (signal, work) => {
      await turns.take();
      try {
        return await useTurn(signal, work);
      } finally {
        turns.giveBack();
      }
    },
    close: async () => {
      await Promise.all(idle.splice(0).map(({ session }) => session.quit()));
    },
  };
};

/** Lost before a word was said of the mail, or called off where it began, as servers do that count a session's mails. */
const isOver = ({ unheard, command, responseCode }: SmtpFailure): boolean =>
  unheard === true || (command === 'MAIL FROM' && responseCode === 421);

type Kept = { readonly session: Session; readonly mails: number };

/**
 * `max` turns at a time, first come, first served. Nobody waits beyond its own time: all have the same, so
 * whoever was before has run out of it by then.
 */
const turnsOf = (max: number) => {
  const waiting: (() => void)[] = [];
  let free = max;
  return {
    take: (): Promise<void> => {
      if (free > 0) {
        free--;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    giveBack: (): void => {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
};
