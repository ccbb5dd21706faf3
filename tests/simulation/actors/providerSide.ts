import { closeDispute, openDispute } from '../../../adapters/sandbox/disputes.ts';
import { eventObject, eventOfRecord, recordOfEvent } from '../../../adapters/sandbox/event.ts';
import { create } from '../../../adapters/sandbox/intents.ts';
import type { SandboxRecord } from '../../../adapters/sandbox/records.ts';
import { refund, resolveRefund } from '../../../adapters/sandbox/refunds.ts';
import { signatureHeader } from '../../../adapters/sandbox/signature.ts';
import type { SeededRandom } from '../../processes/random.ts';
import type { Books } from '../books.ts';
import type { ActorPorts } from '../clients.ts';
import type { Servers } from '../process.ts';

export const webhookSecret = 'whsec_simulation';

type ProviderPorts = Pick<ActorPorts, 'scheduler' | 'ask' | 'createKey' | 'isActive'> & {
  readonly provider: Servers['provider'];
};

/** Sends each event until a process accepts it, twice and late at times, and decides refunds that are due. Never ends. */
export const runEvents = async (
  ports: ProviderPorts,
  random: SeededRandom,
  pollMs: () => number,
): Promise<never> => {
  const { engine } = ports.provider;
  for (;;) {
    await ports.scheduler.sleep(pollMs());
    const due = await engine.records.due({ nowMs: ports.scheduler.nowMs(), limit: 100 });
    for (const record of due.unwrapOr([] as readonly SandboxRecord[])) {
      if (record.id.startsWith('re_')) await resolveRefund(engine, record);
      else void sendEvent(ports, random, record);
    }
  }
};

const sendEvent = async (
  ports: ProviderPorts,
  random: SeededRandom,
  record: SandboxRecord,
): Promise<void> => {
  const { scheduler, provider, ask, isActive } = ports;
  const { records } = provider.engine;
  const stored = eventOfRecord(record);
  const event = { ...stored, attempts: stored.attempts + 1 };
  const againMs = Math.min(300_000, 1_000 * 3 ** Math.min(event.attempts, 6));
  const claim = recordOfEvent(event, record.version + 1, scheduler.nowMs() + 50_000 + againMs);
  if (!(await records.change({ records: [claim], also: [] })).unwrapOr(false)) return;
  if (isActive() && random.bool(0.2)) await scheduler.sleep(random.between(0, 30_000));
  const body = JSON.stringify(eventObject(event));
  const post = async (): Promise<boolean> => {
    const signature = signatureHeader(webhookSecret, body, scheduler.nowMs());
    const reply = await ask(random, (api) => api.receiveEvent(body, signature));
    return reply?.isOk() === true;
  };
  const accepted = await Promise.all(random.bool(0.2) ? [post(), post()] : [post()]);
  const dueAtMs = accepted.includes(true) ? null : scheduler.nowMs() + againMs;
  await records.change({ records: [recordOfEvent(event, claim.version + 1, dueAtMs)], also: [] });
};

/**
 * What banks and the provider's dashboard do: refunds, disputes, and charges that succeed after their payment was declined
 * or cancelled. Until the actors are to stop.
 */
export const runProviderActs = async (
  ports: ProviderPorts & { readonly books: Books },
  random: SeededRandom,
): Promise<void> => {
  const { scheduler, isActive } = ports;
  const late = new Set<string>();
  while (isActive()) {
    await scheduler.sleep(random.between(1_000, 12_000));
    if (!isActive()) return;
    const choice = random.unit();
    if (choice < 0.3) await refundThere(ports, random);
    else if (choice < 0.6) await dispute(ports, random);
    else await chargeLate(ports, random, late);
  }
};

type Acting = ProviderPorts & { readonly books: Books };

const refundThere = async ({ provider, books, createKey }: Acting, random: SeededRandom): Promise<void> => {
  const charges = books.chargedReferences();
  if (charges.length === 0) return;
  // The newest ones are still worked on.
  const { reference: intentId, amount } = random.pick(random.bool(0.5) ? charges.slice(-2) : charges);
  const part = random.bool(0.5) ? null : { amount: random.between(1, Math.max(1, amount)), currency: 'VND' };
  await refund(provider.engine, {
    key: createKey(),
    intentId,
    amount: part,
    metadata: {},
    fingerprint: null,
  });
};

const dispute = async ({ provider, books, scheduler }: Acting, random: SeededRandom): Promise<void> => {
  const charges = books.chargedReferences();
  if (charges.length === 0) return;
  const { reference: intentId, amount } = random.pick(charges);
  const part = random.bool(0.5) ? null : { amount: random.between(1, Math.max(1, amount)), currency: 'VND' };
  const opened = await openDispute(provider.engine, { intentId, amount: part, reason: 'fraudulent' });
  if (opened.isErr()) return;
  await scheduler.sleep(random.between(0, 30_000));
  await closeDispute(provider.engine, opened.value.id, random.bool(0.5) ? 'won' : 'lost');
};

/** Each payment has at most one. */
const chargeLate = async (
  { provider, books }: Acting,
  random: SeededRandom,
  done: Set<string>,
): Promise<void> => {
  const ended = books.endedPayments().filter(({ id, amount }) => amount > 0 && !done.has(id));
  if (ended.length === 0) return;
  const { id, amount, currency } = random.pick(ended);
  done.add(id);
  await create(provider.engine, {
    ...{ key: `late-${id}`, amount: { amount, currency }, metadata: { payment_id: id } },
    mode: { method: 'pm_sim_late' },
  });
};

/** Ends the disputes that are open. Returns how many there were. */
export const endDisputes = async (
  provider: Servers['provider'],
  open: readonly { readonly id: string; readonly status: string }[],
): Promise<number> => {
  const undecided = open.filter(({ status }) => status === 'needs_response');
  for (const { id } of undecided) await closeDispute(provider.engine, id, 'lost');
  return undecided.length;
};
