import { randomUUID } from 'node:crypto';
import { pipelines } from '../../../core/pipelines/index.ts';
import { type Client, createClient, itemsOf, type Reply, textAt, valueAt } from '../../processes/client.ts';
import type { SeededRandom } from '../../processes/random.ts';
import { tokenFor } from '../../processes/tokens.ts';
import type { ClientLogRecorder } from './clientLogRecorder.ts';

/**
 * Operators of the queue pause steps and let them go on, leave out steps, retry by filter, and correct addresses, at
 * random API processes, until the signal aborts. Pauses may be left: the drain ends them.
 */
export const runQueueOperators = async (
  urls: readonly string[],
  recorder: ClientLogRecorder,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<void> => {
  const token = await tokenFor('desk@shop.test', 'operator');
  const clients = urls.map((url) => createClient(url, token));
  const repeat = async (pauseMs: readonly [number, number], act: (desk: Desk) => Promise<void>) => {
    const desk = { clients, recorder, random: random.fork() };
    while (!signal.aborted) {
      await pause(desk.random.between(...pauseMs));
      if (!signal.aborted) await act(desk);
    }
  };
  await Promise.all([
    repeat([500, 3_000], pauseStep),
    repeat([1_000, 4_000], endPauses),
    repeat([500, 2_500], skipStep),
    repeat([500, 2_500], retryByFilter),
    repeat([100, 800], correctContact),
  ]);
};

type Desk = {
  readonly clients: readonly Client[];
  readonly recorder: ClientLogRecorder;
  readonly random: SeededRandom;
};

/** Sends the request again under its key if its reply was lost. */
const pauseStep = async ({ clients, recorder, random }: Desk): Promise<void> => {
  const pipeline = random.pick([...pipelines.keys()]);
  const steps = (pipelines.get(pipeline)?.steps ?? []).map(({ name }) => name);
  const body = { pipeline, reason: 'we look at it', ...(random.bool(0.8) && { step: random.pick(steps) }) };
  const key = randomUUID();
  for (let tries = 1; tries <= 5; tries++) {
    const reply = await attempt(() =>
      random.pick(clients).post('/queue/pauses', body, { 'idempotency-key': key }),
    );
    recorder.expectStatus(reply, 'POST /queue/pauses', [201, 503]);
    recorder.recordCommand(reply);
    if (reply?.status === 201) return;
  }
};

/** Pauses that an operator has asked to end, and whether the answer is still awaited. */
const askedToEnd = new Map<string, 'waiting' | 'answered'>();

/**
 * Ends what is paused, also by a fault: then one task is tried at once. A second end of a pause is accepted too, and writes
 * no activity, so only the first request for each counts as a command.
 */
const endPauses = async ({ clients, recorder, random }: Desk): Promise<void> => {
  const queue = await attempt(() => random.pick(clients).get('/queue'));
  for (const id of queue?.status === 200 ? pauseIdsOf(queue) : []) {
    if (random.bool(0.2) || askedToEnd.get(id) === 'waiting') continue;
    const isFirst = !askedToEnd.has(id);
    askedToEnd.set(id, 'waiting');
    const reply = await attempt(() => random.pick(clients).remove(`/queue/pauses/${id}`));
    askedToEnd.set(id, 'answered');
    recorder.expectStatus(reply, 'DELETE /queue/pauses', [204, 404, 503]);
    if (isFirst) recorder.recordCommand(reply);
  }
};

/** The ids of all pauses, or of those of one origin. */
export const pauseIdsOf = (queue: Reply, origin?: 'operator'): readonly string[] => {
  const pauses = valueAt(queue.body, 'pauses');
  return (Array.isArray(pauses) ? pauses : [])
    .filter((each) => origin === undefined || valueAt(each, 'origin') === origin)
    .map((each) => textAt({ body: each }, 'id'));
};

/** The steps that another service does, the last two only where there is a carrier or an invoice service. */
const skippableSteps = ['notify_customer', 'request_shipment', 'invoice'];

/** Not of refunds, whose mails the checker counts. A step of our own database cannot be left out (422). */
const skipStep = async ({ clients, recorder, random }: Desk): Promise<void> => {
  const page = await attempt(() => random.pick(clients).get('/queue/tasks?limit=100'));
  const found = (page?.status === 200 ? itemsOf(page) : [])
    .map((task) => ({ id: textAt({ body: task }, 'id'), step: textAt({ body: task }, 'step'), task }))
    .filter(({ step, task }) => skippableSteps.includes(step) && valueAt(task, 'jobId') === null);
  if (found.length === 0) return;
  const { id, step } = random.pick(found);
  const body = { taskIds: [id], step, reason: 'it is not needed' };
  const reply = await attempt(() => random.pick(clients).post('/queue/skips', body));
  recorder.expectStatus(
    reply,
    'POST /queue/skips',
    step === 'notify_customer' ? [202, 503] : [202, 422, 503],
  );
  if (Number(valueAt(reply?.body, 'skipped')) > 0) recorder.recordCommand(reply);
};

const retryByFilter = async ({ clients, recorder, random }: Desk): Promise<void> => {
  const state = random.pick(['failed', 'waiting']);
  const page = await attempt(() => random.pick(clients).get(`/queue/tasks?state=${state}&limit=100`));
  const ids = (page?.status === 200 ? itemsOf(page) : []).map((task) => textAt({ body: task }, 'id'));
  const upTo = ids.toSorted().at(-1);
  if (upTo === undefined) return;
  const filter = { state, ...(random.bool(0.5) && { step: 'notify_customer' }) };
  const reply = await attempt(() => random.pick(clients).post('/queue/retries', { filter, upTo }));
  recorder.expectStatus(reply, 'POST /queue/retries', [202, 503]);
  if (Number(valueAt(reply?.body, 'retried')) > 0) recorder.recordCommand(reply);
};

/** Each correction has its own address. */
const correctContact = async ({ clients, recorder, random }: Desk): Promise<void> => {
  const { paidOrders } = recorder;
  if (paidOrders.length === 0) return;
  const { id } = random.pick(random.bool(0.7) ? paidOrders.slice(-20) : paidOrders);
  const body = { email: `corrected-${random.between(1, 1e9)}@shop.test`, resend: random.bool(0.5) };
  const reply = await attempt(() => random.pick(clients).post(`/orders/${id}/contact`, body));
  recorder.expectStatus(reply, 'POST /orders/contact', [200, 503]);
  recorder.recordContact(id, body.email, reply);
  recorder.recordCommand(reply);
};

/** Returns null where the connection broke. */
const attempt = async (call: () => Promise<Reply>): Promise<Reply | null> => {
  try {
    return await call();
  } catch {
    await pause(30);
    return null;
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
