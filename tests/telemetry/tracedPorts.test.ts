import { describe, expect, test } from 'bun:test';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { ok } from 'neverthrow';
import { traceMailer, traceProvider, traceStepServices } from '../../adapters/telemetry/calls.ts';
import { createTraceRecovery, createTraceStep } from '../../adapters/telemetry/entries.ts';
import { traceEvents } from '../../adapters/telemetry/events.ts';
import { traceStore } from '../../adapters/telemetry/store.ts';
import { internal, type Spans } from '../../adapters/telemetry/tracer.ts';
import type { Store } from '../../core/store.ts';
import { createMemoryStore } from '../model/store.ts';
import { createFixtureOpener, waitUntil } from '../worker/harness.ts';
import { createTestWorld } from '../world.ts';
import { openSpans, traceparentOf } from './spanFixture.ts';

/** Has its own trace, with a link to what caused each item. */
const batches: readonly string[] = [
  ...['audits.claim', 'audits.recordOutcomes', 'orders.place', 'orders.placeOnce', 'inbox.receive'],
  ...['queue.report', 'queue.reportJobs'],
];

/** Called again and again. Has its own trace only if it has found work, which it returns here. */
const polls: Readonly<Record<string, unknown>> = {
  'queue.claim': { processed: 1, leases: [{ traceparent: traceparentOf(7) }] },
  'queue.claimJobs': [{ traceparent: traceparentOf(7) }],
  'queue.rescue': 1,
  'orders.cancelExpired': { cancelled: 1, more: false },
  'audits.claimOpenPayments': [{}],
};

/** All others have a span below that of their caller. A loop has none, so these have none there: why nobody misses it. */
const withoutSpanInLoops: Readonly<Record<string, string>> = {
  'queue.heartbeat': 'It extends the leases of running steps, some of which have spans of their own.',
  'queue.release': 'No work has begun, and the next claim of the task has a span.',
  'queue.recordHistory': 'It counts for the page of the operators.',
  'pauses.list': 'It reads what is paused.',
  'pauses.begin': 'The log and the page of the operators say that a step is paused.',
  'pauses.end': 'The log says that a step goes on.',
  'pauses.sendProbes': 'The step that tries a paused server has a span.',
  'pauses.resume': 'The next claim of a task that goes on has a span.',
  'ledger.counts': 'It counts what is red, which metrics and alerts have.',
  'ledger.compareStock': 'It compares one slice, all day long.',
  'events.due': 'It asks who has something to hear.',
  'events.claim': 'What it claims is sent in a span.',
  'events.report': 'It ends what was sent in a span.',
  'events.drop': 'It deletes what nobody has heard, and the log says so.',
  'deliveries.drop': 'It deletes the log of what was sent a month ago.',
  prune: 'It deletes what has expired.',
  dropOld: 'It deletes what is older than the settings say.',
  refoldNames: 'It works once for each new version of the fold.',
  ping: 'It asks whether the database works, which readiness has.',
  missingPartition: 'It asks for what is ahead, once a minute.',
};

/** Never traced. */
const withoutSpan: Readonly<Record<string, string>> = {
  'mailbox.*': 'The captured mails of demo mode: mail.send has a span.',
  'wakeup.*': 'It tells or hears a hint, and waits for nothing.',
  'secret, refoldNames, ping, missingPartition, prune, dropOld, close': 'No request calls them.',
  'provider.readEvent': 'It checks a signature, and calls nobody.',
};

type Verb = (...args: readonly unknown[]) => unknown;

/** Each verb of each port of a store, as `port.verb`. */
const verbsOf = (store: Store): readonly (readonly [port: string, verb: string])[] =>
  Object.entries(store).flatMap(([port, verbs]) =>
    typeof verbs === 'object' && verbs !== null && !(`${port}.*` in withoutSpan)
      ? Object.keys(verbs).map((verb) => [port, verb] as const)
      : [],
  );

const withVerbs = (store: Store, replace: (name: string, run: Verb) => Verb): Store =>
  Object.fromEntries(
    Object.entries(store).map(([port, verbs]) => {
      if (typeof verbs === 'function') return [port, replace(port, verbs as Verb)];
      const replaced = Object.entries(verbs as Readonly<Record<string, unknown>>).map(([verb, run]) => [
        verb,
        typeof run === 'function' ? replace(`${port}.${verb}`, run as Verb) : run,
      ]);
      return [port, Object.fromEntries(replaced)];
    }),
  ) as unknown as Store;

const memory = createMemoryStore(createTestWorld());

describe('The verbs of the store', () => {
  const verbs = verbsOf(memory);
  const call = async (port: string, verb: string, isInRequest: boolean) => {
    const { spans, exporter } = openSpans();
    const name = `${port}.${verb}`;
    const stubs = withVerbs(memory, (each) => async () => ok(polls[each] ?? null));
    const store = traceStore(spans, stubs, 'sqlite', createTestWorld().clock);
    const ports = store as unknown as Readonly<Record<string, Readonly<Record<string, Verb>>>>;
    const items = [{ traceparent: traceparentOf(7) }];
    const args = name === 'queue.claim' || name === 'queue.claimJobs' ? [{ pipeline: { name } }] : [items, 0];
    const run = async () => ports[port]?.[verb]?.(...args);
    if (isInRequest) await spans.entry(internal('request'), ROOT_CONTEXT, run, () => ({}));
    else await run();
    const finished = exporter.getFinishedSpans();
    const request = finished.find((span) => span.name === 'request');
    return finished
      .filter((span) => span !== request)
      .map(({ parentSpanContext, links }) => {
        const isBelow = request !== undefined && parentSpanContext?.spanId === request.spanContext().spanId;
        return { below: isBelow, links: links.map(({ context }) => context.spanId) };
      });
  };
  const link = '0000000000000008';

  test.each([...verbs])('%s.%s has the span that it should have', async (port, verb) => {
    const name = `${port}.${verb}`;
    const inRequest = await call(port, verb, true);
    const inLoop = await call(port, verb, false);
    const linked = [{ below: false, links: [link] }];
    if (batches.includes(name) || name.startsWith('queue.claim')) {
      expect([inRequest, inLoop]).toEqual([linked, linked]);
    } else {
      const polled = name in polls ? [{ below: false, links: [] }] : [];
      expect([inRequest, inLoop]).toEqual([[{ below: true, links: [] }], polled]);
    }
  });

  test('Each verb that is named here is one of a port', () => {
    const known = [...verbs.map(([port, verb]) => `${port}.${verb}`), ...Object.keys(memory)];
    const named = [...batches, ...Object.keys(polls), ...Object.keys(withoutSpanInLoops)];
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('The loops of a worker', () => {
  const openFixture = createFixtureOpener();

  /** The same calls, with the names of those that were made without a span. */
  const recorded = <P extends object>(spans: Spans, name: string, port: P, calls: Set<string>): P =>
    Object.fromEntries(
      Object.entries(port).map(([verb, run]) => {
        const recording: Verb = (...args) => {
          if (spans.current() === undefined) calls.add(`${name}.${verb}`);
          return (run as Verb)(...args);
        };
        return [verb, typeof run === 'function' ? recording : run];
      }),
    ) as P;

  const startTraced = async () => {
    const fixture = await openFixture();
    const { spans, exporter } = openSpans();
    const calls = new Set<string>();
    const recordedStore = withVerbs(fixture.store, (name, run) => (...args) => {
      if (spans.current() === undefined) calls.add(name);
      return run(...args);
    });
    const outside = new Set<string>();
    const start = () =>
      fixture.startWorker({
        store: traceStore(spans, recordedStore, 'sqlite', fixture.world.clock),
        provider: traceProvider(spans, recorded(spans, 'provider', fixture.provider, outside)),
        mailer: traceMailer(
          spans,
          recorded(spans, 'mailer', { send: async () => ({ kind: 'accepted' as const }) }, outside),
        ),
        stepServices: traceStepServices(spans, {
          available: [],
          call: async () => ({ kind: 'rejected', reason: 'no' }),
        }),
        traceStep: createTraceStep(spans),
        traceRecovery: createTraceRecovery(spans),
        world: { ...fixture.world, traceparent: spans.traceparent },
      });
    const named = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);
    return { fixture, calls, outside, named, start };
  };

  test('Each call of another company has a span, and calls of the store have one or a reason', async () => {
    const { fixture, calls, outside, named, start } = await startTraced();
    await fixture.placePaidOrders(['physical', 'digital']);
    await fixture.placePaidOrders(['service'], 'pm_sim_lost_ok');
    await fixture.placePaidOrders(['service'], 'pm_card_authenticationRequired');
    const [refunded = ''] = await fixture.placePaidOrders(['physical']);
    const nowMs = fixture.world.clock.nowMs();
    const next = () => fixture.world.ids.next(nowMs);
    const ids = { refundId: next(), taskId: next(), key: next() };
    const command = { ...ids, orderId: refunded, amount: null, origin: 'operator', reason: 'torn' } as const;
    (await fixture.store.refunds.request(command, nowMs))._unsafeUnwrap();
    const day = { id: next(), taskId: next(), day: '2026-02-28', dayMs: nowMs - 2e8, endMs: nowMs - 1e8 };
    (await fixture.store.ledger.requestReconciliation(day, nowMs))._unsafeUnwrap();
    const { checkoutId } = await fixture.order(refunded);
    const paid = (await fixture.store.audits.find(checkoutId ?? ''))._unsafeUnwrap();
    const chargeReference = paid?.payment.reference ?? null;
    const made = { refundId: null, reference: 're_1', chargeReference, failure: null };
    const event = { id: 'evt_1', type: 'refunded', subject: { kind: 'refund', ...made } } as const;
    const item = { id: next(), taskId: next(), provider: 'simulated', event, body: '{}' };
    (await fixture.store.inbox.receive([item], nowMs))._unsafeUnwrap();
    const worker = start();
    await worker.advance(20 * 60_000);
    await waitUntil(async () => (await fixture.tasks()).length === 0);
    for (const call of ['charge', 'cancel', 'refund', 'readCharge', 'readLedger'])
      expect([call, named(`provider.${call}`).length]).not.toEqual([call, 0]);
    expect(named('mail.send').length).toBeGreaterThan(3);
    expect([...outside]).toEqual([]);
    expect(calls.size).toBeGreaterThan(8);
    const explained = [...Object.keys(polls), ...Object.keys(withoutSpanInLoops)];
    // What is of nobody’s trace is told by what it is about.
    const silent = [...calls].filter((name) => !explained.includes(name) && !isUntraced(name));
    expect(silent).toEqual([]);
  });

  const isUntraced = (name: string) => `${name.split('.')[0]}.*` in withoutSpan || batches.includes(name);

  test('A payment that is recovered has a trace, which names its checkout and which its mail links to', async () => {
    const { fixture, named, start } = await startTraced();
    const [orderId = ''] = await fixture.placePaidOrders(['service'], 'pm_sim_lost_ok');
    const worker = start();
    await worker.advance(60_000);
    await waitUntil(async () => (await fixture.tasks()).length === 0);
    const { checkoutId } = await fixture.order(orderId);
    const [recovery] = named('recoverPayment');
    expect(recovery?.attributes).toEqual({ 'cartwright.checkout.id': checkoutId ?? '' });
    expect(recovery?.links).toEqual([]);
    const [charge] = named('provider.charge');
    expect(charge?.parentSpanContext?.spanId).toBe(recovery?.spanContext().spanId ?? '');
    const link = recovery?.spanContext().spanId ?? '';
    for (const name of ['audits.recordOutcomes', 'notify_customer service', 'queue.report'])
      expect([name, named(name)[0]?.links.map(({ context }) => context.spanId)]).toEqual([name, [link]]);
    expect(named('audits.claimOpenPayments')).toHaveLength(1);
  });
});

describe('A target of events', () => {
  const send = async (errors: readonly (string | null)[]) => {
    const { spans, exporter } = openSpans();
    const target = {
      kind: 'kafka',
      batchMax: 500,
      send: async (_subscription: { id: string }, events: readonly { id: string }[], _deadlineMs: number) =>
        events.map((_, index) => ({ error: errors[index] ?? null })),
    };
    const traced = traceEvents(spans, target);
    expect(traced.batchMax).toBe(500);
    const events = errors.map((_, index) => ({ id: String(index) }));
    expect(await traced.send({ id: 's' }, events, 1_000)).toHaveLength(errors.length);
    return exporter.getFinishedSpans()[0];
  };

  test('A batch of events has a span with their number and that of those that failed', async () => {
    const span = await send([null, 'refused by an@shop.test', null]);
    expect(span).toMatchObject({ name: 'send kafka', links: [], status: { code: 0 } });
    expect(span?.attributes).toEqual({
      ...{ 'messaging.system': 'kafka', 'messaging.operation.type': 'send' },
      ...{ 'messaging.operation.name': 'send', 'messaging.batch.message_count': 3 },
      'cartwright.events.failed': 1,
    });
  });

  test('A batch that nobody has taken is an error', async () => {
    const span = await send(['down', 'down']);
    expect(span).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'not_delivered' } });
    expect(JSON.stringify(span?.attributes)).not.toContain('down');
  });
});
