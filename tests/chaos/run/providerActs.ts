import type { SeededRandom } from '../../processes/random.ts';
import { openDatabase } from './database.ts';

/** Sends a form to the provider, as its dashboard or a bank does. Returns its JSON; null where it did not answer. */
export type SendToProvider = (
  path: string,
  form: Readonly<Record<string, string>>,
) => Promise<Readonly<Record<string, unknown>> | null>;

export const createSendToProvider =
  (url: string): SendToProvider =>
  async (path, form) => {
    try {
      const headers = { authorization: 'Bearer sk_test_kill' };
      const body = new URLSearchParams(form);
      const signal = AbortSignal.timeout(5_000);
      const response = await fetch(new URL(path, url), { method: 'POST', headers, body, signal });
      return (await response.json()) as Readonly<Record<string, unknown>>;
    } catch {
      return null;
    }
  };

/**
 * Refunds charges at the provider, whole and in parts, and opens and ends disputes, until the signal aborts: nothing of
 * it is requested by the shop. No dispute is open at the end.
 */
export const runProviderActs = async (
  url: string,
  send: SendToProvider,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<void> => {
  const database = openDatabase(url);
  const disputes: string[] = [];
  while (!signal.aborted) {
    await pause(random.between(200, 900));
    try {
      const payments = await database.run(`
        select p.reference, p.amount from payment p
        where p.status = 'succeeded' and p.reference is not null order by p.id desc limit 40`);
      if (payments.length === 0) continue;
      const { reference, amount } = random.pick(payments);
      const charge = { payment_intent: String(reference) };
      const part = { amount: String(random.between(1, Number(amount))) };
      const choice = random.unit();
      if (choice < 0.4) await send('/v1/refunds', charge);
      else if (choice < 0.7) await send('/v1/refunds', { ...charge, ...part });
      else {
        const opened = await send(
          '/v1/test_helpers/disputes',
          choice < 0.85 ? charge : { ...charge, ...part },
        );
        if (typeof opened?.id === 'string' && opened.id.startsWith('dp_')) disputes.push(opened.id);
      }
      if (random.bool(0.5)) await endDispute(send, disputes.shift(), random);
    } catch {
      // The database may be down.
    }
  }
  await database.close();
  for (const dispute of disputes) await endDispute(send, dispute, random);
};

/** Repeats it until the provider confirms that the dispute has ended. */
const endDispute = async (
  send: SendToProvider,
  id: string | undefined,
  random: SeededRandom,
): Promise<void> => {
  if (id === undefined) return;
  const evidence = random.bool(0.5) ? 'winning_evidence' : 'losing_evidence';
  for (let tries = 1; tries <= 100; tries++) {
    const ended = await send(`/v1/disputes/${id}`, { 'evidence[uncategorized_text]': evidence });
    if (ended?.status === 'won' || ended?.status === 'lost') return;
    await pause(100);
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
