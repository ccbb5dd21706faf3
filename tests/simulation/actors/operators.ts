import { pipelines } from '../../../core/pipelines/index.ts';
import type { StepService } from '../../../core/pipelines/pipeline.ts';
import type { SeededRandom } from '../../processes/random.ts';
import type { Books } from '../books.ts';
import { type ActorPorts, isUnavailable } from '../clients.ts';

export type OperatorPorts = ActorPorts & {
  readonly books: Books;
  readonly services: readonly StepService[];
};

/** Retries, refunds, skips, pauses and corrects in a loop until the actors are to stop. */
export const runOperator = async (ports: OperatorPorts, random: SeededRandom): Promise<void> => {
  const { scheduler, isActive } = ports;
  while (isActive()) {
    await scheduler.sleep(random.between(200, 6_000));
    if (isActive()) await random.pick(acts)(ports, random);
  }
};

type Act = (ports: OperatorPorts, random: SeededRandom) => Promise<void>;

const paidOrderIds = ({ log, books }: OperatorPorts): readonly string[] =>
  [...log.orders.keys()].filter((id) => paidStatuses.has(books.orderStatus(id) ?? ''));
const paidStatuses = new Set(['paid', 'completed', 'failed', 'refunded']);

const refund: Act = async (ports, random) => {
  const { books } = ports;
  const paid = paidOrderIds(ports);
  if (paid.length === 0) return;
  const failed = paid.filter((id) => books.orderStatus(id) === 'failed');
  const orderId =
    failed.length > 0 && random.bool(0.5)
      ? random.pick(failed)
      : random.bool(0.6)
        ? (paid.at(-1) ?? '')
        : random.pick(paid);
  const amount = ports.log.orders.get(orderId)?.amount ?? 0;
  const part = () => random.between(1, Math.max(1, amount - 1));
  const large = Math.ceil(amount * 0.6);
  const choice = random.unit();
  const amounts =
    choice < 0.4 ? [null] : choice < 0.65 ? [part()] : choice < 0.8 ? [null, part()] : [large, large];
  await Promise.all(amounts.map((each) => requestRefund(ports, random, orderId, each)));
};

const requestRefund = async (
  { ask, createKey, log, scheduler, isActive }: OperatorPorts,
  random: SeededRandom,
  orderId: string,
  amount: number | null,
): Promise<void> => {
  const key = createKey();
  const send = async (): Promise<boolean> => {
    const requestId = createKey();
    const reply = await ask(random, (api) => api.requestRefund({ key, orderId, amount, requestId }));
    const isLost = reply === null || (reply.isErr() && isUnavailable(reply.error));
    const isRefused = reply?.isErr() === true && refusals.has(reply.error.kind);
    if (!isLost && !isRefused && reply.isErr()) log.unexpected.push(`refunding: ${reply.error.kind}`);
    const accepted = reply?.isOk() === true ? reply.value : null;
    if (accepted !== null && !accepted.replayed) log.commands.push(requestId);
    log.refunds.push({
      ...{ key, orderId, amount, refundId: accepted?.refund.id ?? null, body: null },
      outcome: accepted !== null ? 'accepted' : isRefused ? 'refused' : 'lost',
    });
    return !isLost;
  };
  for (let tries = 1; tries <= 6; tries++) {
    const replies = await Promise.all(random.bool(0.3) ? [send(), send()] : [send()]);
    if (!isActive() || (replies.includes(true) && !random.bool(0.15))) return;
    await scheduler.sleep(random.between(20, 500 * tries));
  }
};
const refusals = new Set(['order_not_refundable', 'refund_too_large', 'payment_disputed']);

const retry: Act = async ({ ask, createKey, books, log }, random) => {
  // Mails that wait are sent now.
  const ids = [...books.failedTasks().map(({ id }) => id), ...books.taskIdsAt('notify_customer')];
  if (ids.length === 0) return;
  const requestId = createKey();
  const reply = await ask(random, (api) => api.retryTasks(ids, requestId));
  if (reply?.isOk() && reply.value > 0) log.commands.push(requestId);
};

/** Retries all failed tasks, or those that failed as the newest one did. */
const retryByFilter: Act = async ({ ask, createKey, books, log }, random) => {
  const failed = books.failedTasks();
  const newest = failed.reduce<(typeof failed)[number] | null>(
    (last, task) => (last !== null && last.id > task.id ? last : task),
    null,
  );
  if (newest === null) return;
  const { id: upTo, pipeline, step, error } = newest;
  const filter = random.bool(0.5) ? { pipeline: null, step: null, error: null } : { pipeline, step, error };
  const requestId = createKey();
  const request = { filter: { state: 'failed', ...filter }, upTo } as const;
  const reply = await ask(random, (api) => api.retryMatching(request, requestId));
  if (reply?.isOk() && reply.value > 0) log.commands.push(requestId);
};

/** The steps that an operator leaves out, and the service that does each. Null: it is always external. */
const skippable: readonly { readonly step: string; readonly service: StepService | null }[] = [
  { step: 'notify_customer', service: null },
  { step: 'invoice', service: 'invoice_service' },
  { step: 'request_shipment', service: 'carrier' },
];

const skip: Act = async ({ ask, createKey, books, log, services }, random) => {
  const tasks = skippable
    .filter(({ service }) => service === null || services.includes(service))
    .flatMap(({ step }) => books.taskIdsAt(step).map((id) => ({ id, step })));
  if (tasks.length === 0) return;
  const { id, step } = random.pick(tasks);
  const requestId = createKey();
  const reply = await ask(random, (api) => api.skip(id, step, requestId));
  if (reply?.isOk() && reply.value > 0) log.commands.push(requestId);
};

const correct: Act = async (ports, random) => {
  const { ask, createKey, log, scheduler } = ports;
  const ids = [...log.orders.keys()];
  if (ids.length === 0) return;
  const orderId = random.bool(0.5) ? (ids.at(-1) ?? '') : random.pick(ids);
  const email = `new-${random.between(1, 9)}@shop.test`;
  const resend = random.bool(0.4);
  await scheduler.sleep(random.between(0, 50));
  const requestId = createKey();
  const reply = await ask(random, (api) => api.correctContact(orderId, email, resend, requestId));
  const isAccepted = reply?.isOk() === true;
  if (isAccepted) log.commands.push(requestId);
  log.contacts.push({ orderId, email, outcome: isAccepted ? 'accepted' : 'lost' });
};

const pause: Act = async ({ ask, createKey, log }, random) => {
  const pipeline = random.pick([...pipelines.keys()]);
  const steps = (pipelines.get(pipeline)?.steps ?? []).map(({ name }) => name);
  const step = random.bool(0.8) ? random.pick(steps) : null;
  const requestId = createKey();
  const reply = await ask(random, (api) => api.beginPause(pipeline, step, requestId));
  if (reply?.isOk()) log.commands.push(requestId);
};

const endPauses: Act = async (ports, random) => {
  await endOperatorPauses(ports, random);
};

/** Ends the pauses of operators. Their number before. */
export const endOperatorPauses = async (
  { ask, createKey, books, log }: OperatorPorts,
  random: SeededRandom,
): Promise<number> => {
  const ids = pauseIdsOf(books, 'operator');
  for (const id of ids) {
    const requestId = createKey();
    const reply = await ask(random, (api) => api.endPause(id, requestId));
    if (reply?.isOk() && reply.value) log.commands.push(requestId);
  }
  return ids.length;
};

const pauseIdsOf = ({ pauses }: Books, of: string): readonly string[] =>
  pauses().flatMap(({ id, origin }) => (origin === of ? [id] : []));

/** Probes a server at once that has failed. */
const probe: Act = async ({ ask, createKey, books, log }, random) => {
  const ids = pauseIdsOf(books, 'fault');
  if (ids.length === 0) return;
  const requestId = createKey();
  const reply = await ask(random, (api) => api.endPause(random.pick(ids), requestId));
  if (reply?.isOk() && reply.value) log.commands.push(requestId);
};

/** Compares the ledgers while the day goes on. The checker asks for the days again, at rest. */
const reconcile: Act = async ({ ask, scheduler }, random) => {
  await ask(random, (api) => api.reconcile(new Date(scheduler.nowMs()).toISOString().slice(0, 10)));
};

const acts: readonly Act[] = [
  ...[refund, refund, refund, refund, retry, retryByFilter, skip, skip, correct],
  ...[pause, endPauses, endPauses, probe, reconcile],
];
