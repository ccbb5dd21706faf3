import type { Timer } from '../../core/timer.ts';
import { outcomeOf, type SmtpFailure } from './failures.ts';
import { type OAuth2Client, parseServerUrl } from './server.ts';
import { openSession } from './session.ts';

const timeouts = { connectMs: 5_000, idleMs: 8_000 };
const timeoutMs = 14_000;

/** Why the mail server cannot be used, and nodemailer's code of it. Null if it can. */
export type ServerFault = { readonly reason: string; readonly code: string } | null;

/** Connects, secures the connection and logs in, as for a mail, and sends none. */
export const probeMailServer = async (
  timer: Timer,
  { url, oauth2 }: { readonly url: string; readonly oauth2: OAuth2Client | null },
): Promise<ServerFault> => {
  const expiry = new AbortController();
  const cancel = timer.after(timeoutMs, () => expiry.abort());
  try {
    const session = await openSession(parseServerUrl(url, timeouts, oauth2), timer, expiry.signal);
    if (session.isErr()) return faultOf(session.error);
    await session.value.quit();
    return null;
  } finally {
    cancel();
  }
};

const faultOf = (failure: SmtpFailure): ServerFault => {
  const outcome = outcomeOf(failure);
  return {
    reason: outcome.kind === 'accepted' ? '' : outcome.reason,
    code: failure.originalCode ?? failure.code ?? '',
  };
};
