import type { SeededRandom } from '../../processes/random.ts';
import { openDatabase } from './database.ts';
import type { ProviderRecords } from './providerRecords.ts';

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
 * it is requested by the shop. Disputes may be open at the end.
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
      const ended = random.bool(0.5) ? disputes.shift() : undefined;
      if (ended !== undefined) await endDispute(send, ended, random.bool(0.5) ? 'winning' : 'losing');
    } catch {
      // The database may be down.
    }
  }
  await database.close();
};

/**
 * Ends the disputes that the provider has open, and returns how many there were. Its own records say which: a process
 * that is killed or slow opens a dispute whose answer is lost, and one that it ended may still be open.
 */
export const endOpenDisputes = async ({
  send,
  readRecords,
}: {
  readonly send: SendToProvider | null;
  readonly readRecords: () => Promise<Pick<ProviderRecords, 'providerDisputes'>>;
}): Promise<number> => {
  if (send === null) return 0;
  const { providerDisputes } = await readRecords();
  const open = providerDisputes.filter(({ status }) => status === 'needs_response');
  for (const { id } of open) await endDispute(send, id, 'losing');
  return open.length;
};

/** Whether it ended is seen later: the answer may be lost. */
const endDispute = async (send: SendToProvider, id: string, evidence: 'winning' | 'losing'): Promise<void> =>
  void (await send(`/v1/disputes/${id}`, { 'evidence[uncategorized_text]': `${evidence}_evidence` }));

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
