import { SpanKind } from '@opentelemetry/api';
import type { Result } from 'neverthrow';
import type { ClaimedTasks } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import type { Clock } from '../../core/world.ts';
import { messaging } from './entries.ts';
import type { SpanOptions, SpanOutcome, Spans } from './tracer.ts';

/** As the semantic conventions call the database. */
type DatabaseSystem = 'postgresql' | 'sqlite';

type Method = (...args: readonly unknown[]) => unknown;
type OptionsOf = (port: string, method: string) => SpanOptions;

/** Not of the database, or without a request: see the test of what is traced. */
const untracedPorts: readonly string[] = ['mailbox', 'wakeup'];

/** Batched by the code that calls them: a call is work of many requests, or of many tasks. */
const batched: readonly string[] = [
  'audits.claim',
  'audits.recordOutcomes',
  'orders.place',
  'orders.placeOnce',
  'inbox.receive',
  'queue.report',
  'queue.reportJobs',
];

/** Loops ask all the time whether there is work. How much a call has found. */
const polled: Readonly<Record<string, (found: unknown) => number>> = {
  'audits.claimOpenPayments': (claims) => (claims as readonly unknown[]).length,
  'orders.cancelExpired': (slice) => (slice as { readonly cancelled: number }).cancelled,
  'queue.rescue': (tasks) => tasks as number,
};

/**
 * A span below the current one for each call of a port of the store. A batch has its own trace, with links to the
 * requests in it. What a loop asks all the time has a span only if it has found work.
 */
export const traceStore = (
  spans: Spans,
  store: Store,
  system: DatabaseSystem,
  clock: Pick<Clock, 'nowMs'>,
): Store => {
  const optionsOf: OptionsOf = (port, method) => ({
    name: `${port}.${method}`,
    // SQLite is a part of this process.
    kind: system === 'sqlite' ? SpanKind.INTERNAL : SpanKind.CLIENT,
    attributes: { 'db.system.name': system, 'db.operation.name': `${port}.${method}` },
  });
  const traced = <P extends object>(name: string, port: P): P =>
    mapMethods(port, (method, run) => {
      const options = optionsOf(name, method);
      if (batched.includes(options.name)) return traceBatch(spans, options, run);
      const child: Method = (...args) => spans.child(options, async () => run(...args), outcomeOf);
      const countOf = polled[options.name];
      return countOf === undefined ? child : tracePoll(spans, options, { run, child, countOf }, clock);
    });
  const ports = Object.entries(store).map(([name, port]) => {
    const isTraced = typeof port === 'object' && port !== null && !untracedPorts.includes(name);
    return [name, isTraced ? traced(name, port) : port];
  });
  const tracedStore = Object.fromEntries(ports) as Store;
  const { claim, claimJobs } = store.queue;
  return {
    ...tracedStore,
    queue: {
      ...tracedStore.queue,
      claim: traceClaim(spans, claim, clock),
      claimJobs: traceClaim(spans, claimJobs, clock),
    },
  };
};

const mapMethods = <P extends object>(port: P, map: (name: string, run: Method) => Method): P =>
  Object.fromEntries(
    Object.entries(port).map(([name, run]) => [name, typeof run === 'function' ? map(name, run) : run]),
  ) as P;

/** A refusal is an answer. Only an outage is an error of the database. */
const outcomeOf = (result: unknown): SpanOutcome => {
  const { error } = result as Partial<Record<'error', { readonly kind?: unknown }>>;
  return error?.kind === 'unavailable' ? { error: 'unavailable' } : {};
};

/** The first argument has the items of the batch. */
const traceBatch =
  (spans: Spans, options: SpanOptions, run: Method): Method =>
  (...args) => {
    const items = args[0] as readonly { readonly traceparent?: string | null | undefined }[];
    const causes = items.flatMap(({ traceparent }) => traceparent ?? []);
    const work = async () => run(...args);
    // The context is that of the request that began the batch, which may be any.
    if (causes.length === 0) return spans.apart(work);
    const attributes = { ...options.attributes, 'db.operation.batch.size': items.length };
    return spans.linked({ ...options, attributes }, causes, work, outcomeOf);
  };

const tracePoll =
  (
    spans: Spans,
    options: SpanOptions,
    { run, child, countOf }: { run: Method; child: Method; countOf: (found: unknown) => number },
    { nowMs }: Pick<Clock, 'nowMs'>,
  ): Method =>
  async (...args) => {
    if (spans.current() !== undefined) return child(...args);
    const startMs = nowMs();
    const result = (await run(...args)) as Result<unknown, unknown>;
    const found = result.isOk() ? countOf(result.value) : 0;
    const attributes = { ...options.attributes, 'db.response.returned_rows': found };
    if (found > 0) spans.record({ ...options, attributes }, [], startMs);
    return result;
  };

type ClaimQuery = { readonly pipeline: { readonly name: string } };
type Leases = readonly { readonly traceparent?: string | null }[];

/** Only a claim that leased something has a span, which links to the requests behind it. */
const traceClaim =
  <Query extends ClaimQuery, Claimed extends Leases | ClaimedTasks, E>(
    spans: Spans,
    claim: (query: Query) => Promise<Result<Claimed, E>>,
    { nowMs }: Pick<Clock, 'nowMs'>,
  ): ((query: Query) => Promise<Result<Claimed, E>>) =>
  async (query) => {
    const startMs = nowMs();
    const claimed = await claim(query);
    if (claimed.isErr()) return claimed;
    const { leases, processed } =
      'leases' in claimed.value ? claimed.value : { leases: claimed.value, processed: claimed.value.length };
    const causes = leases.flatMap(({ traceparent }) => traceparent ?? []);
    if (causes.length === 0) return claimed;
    const { name } = query.pipeline;
    spans.record(
      {
        name: `claim ${name}`,
        kind: SpanKind.CLIENT,
        attributes: {
          ...messaging(name),
          'messaging.operation.type': 'receive',
          'messaging.operation.name': 'claim',
          'messaging.batch.message_count': processed,
        },
      },
      causes,
      startMs,
    );
    return claimed;
  };
