import { SpanKind } from '@opentelemetry/api';
import type { Audits } from '../../core/audit.ts';
import type { OperatorQueue } from '../../core/operatorQueue.ts';
import type { Store } from '../../core/store.ts';
import type { Clock } from '../../core/world.ts';
import { messaging } from './entries.ts';
import type { SpanOptions, SpanOutcome, Spans } from './tracer.ts';

/** As the semantic conventions call the database. */
type DatabaseSystem = 'postgresql' | 'sqlite';

/** Batched by the code that calls them: a call is work of many requests, and names none of them. */
const batched = { orders: ['place', 'placeOnce'], inbox: ['receive'] } as const;

/**
 * A span below the current one for each call of a port of the store. A batch of checkouts has a trace of its own, with
 * links to the requests in it.
 */
export const traceStore = (
  spans: Spans,
  store: Store,
  system: DatabaseSystem,
  clock: Pick<Clock, 'nowMs'>,
): Store => {
  const optionsOf = (port: string, method: string): SpanOptions => ({
    name: `${port}.${method}`,
    // SQLite is a part of this process.
    kind: system === 'sqlite' ? SpanKind.INTERNAL : SpanKind.CLIENT,
    attributes: { 'db.system.name': system, 'db.operation.name': `${port}.${method}` },
  });
  const traced = <P extends object>(name: string, port: P, apart: readonly string[] = []): P =>
    mapMethods(port, (method, run) =>
      apart.includes(method)
        ? (...args) => spans.apart(() => run(...args))
        : (...args) => spans.child(optionsOf(name, method), async () => run(...args), outcomeOf),
    );
  const { audits, queue } = store;
  return {
    ...store,
    products: traced('products', store.products),
    orders: traced('orders', store.orders, batched.orders),
    contacts: traced('contacts', store.contacts),
    audits: { ...traced('audits', audits), ...traceBatches(spans, audits, optionsOf) },
    queue: { ...traced('queue', queue), claim: traceClaim(spans, queue, clock) },
    pauses: traced('pauses', store.pauses),
    invoices: traced('invoices', store.invoices),
    refunds: traced('refunds', store.refunds),
    disputes: traced('disputes', store.disputes),
    inbox: traced('inbox', store.inbox, batched.inbox),
    ledger: traced('ledger', store.ledger),
    serviceKeys: traced('serviceKeys', store.serviceKeys),
    activity: traced('activity', store.activity),
  };
};

type Method = (...args: readonly unknown[]) => unknown;

const mapMethods = <P extends object>(port: P, map: (name: string, run: Method) => Method): P =>
  Object.fromEntries(
    Object.entries(port).map(([name, run]) => [name, typeof run === 'function' ? map(name, run) : run]),
  ) as P;

/** A refusal is an answer. Only an outage is an error of the database. */
const outcomeOf = (result: unknown): SpanOutcome => {
  const { error } = result as Partial<Record<'error', { readonly kind?: unknown }>>;
  return error?.kind === 'unavailable' ? { error: 'unavailable' } : {};
};

type Batches = Pick<Audits, 'claim' | 'recordOutcomes'>;

const traceBatches = (
  spans: Spans,
  { claim, recordOutcomes }: Batches,
  optionsOf: (port: string, method: string) => SpanOptions,
): Batches => {
  const batch = <R>(
    method: keyof Batches,
    items: readonly { readonly traceparent?: string | undefined }[],
    work: () => Promise<R>,
  ): Promise<R> => {
    const causes = items.flatMap(({ traceparent }) => traceparent ?? []);
    // The context is that of the request that began the batch, which may be any.
    if (causes.length === 0) return spans.apart(work);
    const options = optionsOf('audits', method);
    const attributes = { ...options.attributes, 'db.operation.batch.size': items.length };
    return spans.linked({ ...options, attributes }, causes, work, outcomeOf);
  };
  return {
    claim: (requests, ...rest) => batch('claim', requests, () => claim(requests, ...rest)),
    recordOutcomes: (records, nowMs) =>
      batch('recordOutcomes', records, () => recordOutcomes(records, nowMs)),
  };
};

/** Workers ask all the time. Only a claim that leased something has a span, which links to the requests behind it. */
const traceClaim =
  (spans: Spans, { claim }: OperatorQueue, { nowMs }: Pick<Clock, 'nowMs'>): OperatorQueue['claim'] =>
  async (query) => {
    const startMs = nowMs();
    const claimed = await claim(query);
    if (claimed.isErr()) return claimed;
    const causes = claimed.value.leases.flatMap(({ traceparent }) => traceparent ?? []);
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
          'messaging.batch.message_count': claimed.value.processed,
        },
      },
      causes,
      startMs,
    );
    return claimed;
  };
