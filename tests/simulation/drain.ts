import type { StockSlice } from '../../core/ledger.ts';
import type { Store } from '../../core/store.ts';
import type { ReconciliationReply } from '../chaos/clientLog.ts';
import type { ReceivedMail, Snapshot } from '../chaos/snapshot.ts';
import type { Violation } from '../chaos/violation.ts';
import type { SeededRandom } from '../processes/random.ts';
import { endOperatorPauses, type OperatorPorts } from './actors/operators.ts';
import { endDisputes } from './actors/providerSide.ts';
import { resumeEndpoints } from './actors/webhookOperator.ts';
import { countDue, readDisputes, readProvider } from './books.ts';
import { judge, type LastingFault, unexplained } from './liveness.ts';
import type { OtherServersOpened } from './otherServers.ts';
import type { Servers, SimulatedProcess } from './process.ts';
import { products } from './settings.ts';

export type DrainPorts = OperatorPorts & {
  readonly processes: readonly SimulatedProcess[];
  readonly provider: Servers['provider'];
  readonly store: Store;
  readonly mails: readonly ReceivedMail[];
  readonly startMs: number;
  /** How long to wait before the next look. */
  readonly lateMs: () => number;
  readonly random: SeededRandom;
  /** What stays wrong. */
  readonly lasting: LastingFault | null;
  readonly others: OtherServersOpened;
};

/** How long all may take to come to rest, of virtual time. */
const restMaxMs = 60 * 3_600_000;

/** Waits without faults until all has come to rest, as an operator would help it to, and checks every invariant. */
export const drainAndCheck = async (ports: DrainPorts): Promise<readonly Violation[]> => {
  const open = await drain(ports);
  if (open !== null) return [{ rule: 'not_at_rest', id: '-', detail: open }];
  const snapshot = await takeSnapshot(ports);
  return judge(snapshot, ports.lasting, ports.others.check(snapshot));
};

/** Returns what is still open after `restMaxMs`. Null if all is at rest. */
const drain = async (ports: DrainPorts): Promise<string | null> => {
  const { scheduler, books, provider, processes, random, lateMs, lasting, others } = ports;
  const untilMs = scheduler.nowMs() + restMaxMs;
  const endsMs = scheduler.nowMs() + (lasting?.endsAfterMs ?? 0);
  for (let retried = false, resumed = false; ; ) {
    // A pause may begin some seconds after its operator was told that it did not.
    while ((await endOperatorPauses(ports, random)) > 0) await scheduler.sleep(100);
    if (others.servers.receivers.kinds.includes('webhook')) await resumeEndpoints(ports, random, !resumed);
    resumed = true;
    const disputes = await endDisputes(provider, await readDisputes(provider.engine.records));
    const open = { ...books.open(), disputes, due: await countDue(provider.engine.records) };
    const isEarly = scheduler.nowMs() < endsMs;
    const isWaiting = isEarly || unexplained(open, lasting) > 0;
    // A paused task may wait for such an assignment.
    const isBusy = isEarly || unexplained({ ...open, paused: 0 }, lasting) > 0;
    const unassigned = isBusy ? 0 : await assignRefunds(ports);
    if (!isWaiting && unassigned === 0) {
      if (retried && !(await hasFailedJobs(ports))) return null;
      retried = true;
      await retryFailed(ports);
    }
    if (scheduler.nowMs() > untilMs) return JSON.stringify(open);
    await scheduler.sleep(lateMs());
    // One process is enough for the rest, and its waiting costs half.
    if (lasting === null && scheduler.nowMs() > untilMs - restMaxMs + 15_000)
      for (const process of processes.slice(1)) if (process.api() !== null) process.stop(() => {});
  }
};

const hasFailedJobs = async ({ books }: DrainPorts): Promise<boolean> =>
  (await books.read()).tasks.some(({ state, jobId }) => state === 'failed' && jobId !== null);

const retryFailed = async ({ ask, books, random, createKey, log }: DrainPorts): Promise<void> => {
  const ids = books.failedTasks().map(({ id }) => id);
  if (ids.length === 0) return;
  const requestId = createKey();
  const reply = await ask(random, (api) => api.retryTasks(ids, requestId));
  if (reply?.isOk() && reply.value > 0) log.commands.push(requestId);
};

/** Assigns each refund that the provider made of part of a charge to the first order that can take it. */
const assignRefunds = async ({ store, ask, random, createKey, scheduler }: DrainPorts): Promise<number> => {
  const query = { check: 'refunds_unassigned', nowMs: scheduler.nowMs(), after: null, limit: 100 } as const;
  const cases = (await store.ledger.cases(query))._unsafeUnwrap().items;
  for (const { refundId, paymentId } of cases) {
    if (refundId === null || paymentId === null) continue;
    const checkout = (await store.audits.find(paymentId))._unsafeUnwrap();
    for (const { id } of checkout?.orders ?? []) {
      const reply = await ask(random, (api) => api.assignRefund(refundId, id, createKey()));
      if (reply?.isOk()) break;
    }
  }
  return cases.length;
};

const takeSnapshot = async (ports: DrainPorts): Promise<Snapshot> => {
  const { store, books, provider, scheduler, mails, log, lateMs, lasting, others } = ports;
  const reconciliations = [];
  if (!lasting?.explains.includes('jobs'))
    for (const day of daysSince(ports)) reconciliations.push(await reconcile(ports, day));
  while (unexplained({ ...books.open(), disputes: 0, due: 0 }, lasting) > 0) await scheduler.sleep(lateMs());
  const takenMs = scheduler.nowMs();
  await compareStock(store, takenMs);
  const counts = (await store.ledger.counts(takenMs))._unsafeUnwrap();
  const { stocks, prices, ...records } = await books.read();
  const initial = new Map(products.map(({ code, stock }) => [code, stock]));
  const listed = await Promise.all([...prices.keys()].map((id) => store.products.find(id)));
  return {
    ...records,
    ...(await readProvider(provider.engine.records)),
    products: listed.flatMap((found) => {
      const product = found._unsafeUnwrap();
      if (product === null) return [];
      const { id, code } = product;
      const { stock = null, delivered = 0 } = stocks.get(id) ?? {};
      const first = initial.get(code) ?? null;
      return [{ id, initialStock: first === null ? null : first + others.addedStock(id), stock, delivered }];
    }),
    ...{ mails, triedMails: [], pricedProduct: null, takenMs },
    ...others.read(records),
    clientLog: {
      ...{ ...log, orders: [...log.orders.values()] },
      ...{ finalOrders: [], finalCheckouts: [], finalRefunds: [], reconciliations },
      money: Object.fromEntries(Object.entries(counts).map(([name, { count }]) => [name, count])),
    },
  };
};

/** Compares all that there is, in its slices. What differs is counted with the money checks. */
const compareStock = async (store: Store, nowMs: number): Promise<void> => {
  let slice: StockSlice = { afterProductId: null, afterOrderId: null };
  do slice = (await store.ledger.compareStock(slice, nowMs))._unsafeUnwrap();
  while (slice.afterProductId !== null || slice.afterOrderId !== null);
};

const daysSince = ({ startMs, scheduler }: DrainPorts): readonly string[] => {
  const days = new Set<string>();
  for (let ms = startMs; ms < scheduler.nowMs(); ms += 3_600_000)
    days.add(new Date(ms).toISOString().slice(0, 10));
  return [...days];
};

const reconcile = async (
  { ask, random, store, scheduler, lateMs }: DrainPorts,
  day: string,
): Promise<ReconciliationReply> => {
  let requested = await ask(random, (api) => api.reconcile(day));
  // A process that has stopped does not answer.
  while (!requested?.isOk()) requested = await ask(random, (api) => api.reconcile(day));
  for (let tries = 0; tries < 1_000; tries++) {
    // Mostly it is done at once.
    await scheduler.sleep(1);
    const found = (await store.ledger.findReconciliation(requested.value.id))._unsafeUnwrap();
    if (found !== null && found.finishedAtMs !== null) {
      const { charges, refunds, differences } = found;
      return { day, charges, refunds, differences };
    }
    await scheduler.sleep(lateMs());
  }
  return { day, charges: -1, refunds: -1, differences: -1 };
};
