import { describe, expect, test } from 'bun:test';
import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { ok } from 'neverthrow';
import { createDecision } from '../../adapters/telemetry/decision.ts';
import { traceRequests } from '../../adapters/telemetry/entries.ts';
import { createSampler, type SamplerName } from '../../adapters/telemetry/sampler.ts';
import { traceStore } from '../../adapters/telemetry/store.ts';
import { createSpans, internal } from '../../adapters/telemetry/tracer.ts';
import type { OutcomeRecord } from '../../core/audit.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';

const open = (sampler: SamplerName = 'parentbased_always_on', ratio = 1) => {
  const exporter = new InMemorySpanExporter();
  const decision = createDecision(createSampler(sampler, ratio));
  const provider = new BasicTracerProvider({
    ...decision.tracing,
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  const tracer = provider.getTracer('test');
  const spans = createSpans(tracer, contexts, decision);
  return { tracer, spans, names: () => exporter.getFinishedSpans().map(({ name }) => name), exporter };
};

const traceparentOf = (index: number, flags = '01') =>
  `00-${(index + 1).toString(16).padStart(32, '0')}-${(index + 1).toString(16).padStart(16, '0')}-${flags}`;
const done = async () => 'done';
const nothing = () => ({});

describe('Spans', () => {
  test('Work that outlives its span is no work of it', async () => {
    const { spans, names } = open();
    let goOn = () => {};
    let later: Promise<unknown> = Promise.resolve();
    const ended = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const begin = async () => {
      expect(spans.traceparent()).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      later = ended.then(() => {
        expect(spans.traceparent()).toBeUndefined();
        return spans.child(internal('late'), done);
      });
    };
    await spans.entry(internal('request'), ROOT_CONTEXT, begin, nothing);
    goOn();
    await later;
    expect(names()).toEqual(['request']);
  });

  test('A span links to at most 128 causes, each once, and to none that cannot be read', async () => {
    const { spans, exporter } = open();
    const causes = Array.from({ length: 200 }, (_, index) => traceparentOf(index));
    await spans.linked(internal('many'), [null, 'nonsense', ...causes, ...causes], done);
    await spans.linked(internal('one'), [causes[0], causes[0]], done);
    expect(exporter.getFinishedSpans().map(({ links }) => links.length)).toEqual([128, 1]);
  });

  test('A span of work that throws is an error, and the caller gets what was thrown', async () => {
    const { spans, exporter } = open();
    const fail = async () => {
      throw new TypeError('broken');
    };
    await expect(spans.linked(internal('thrower'), [], fail)).rejects.toThrow('broken');
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({ attributes: { 'error.type': 'TypeError' }, status: { code: 2 } });
  });
});

describe('The sampler', () => {
  test.each([
    ['parentbased_always_off', '01', true],
    ['parentbased_always_off', '00', false],
    ['parentbased_traceidratio', '01', true],
    ['always_off', '01', false],
    ['always_on', '00', true],
  ] as const)(
    'The sampler %s keeps work with a link to a trace with the flags %s: %p',
    async (sampler, flags, isKept) => {
      const { spans, names } = open(sampler, 0);
      await spans.linked(internal('step'), [traceparentOf(0, flags)], done);
      expect(names()).toEqual(isKept ? ['step'] : []);
    },
  );

  test('A ratio of 0 keeps no trace, and the work is done without a span below it', async () => {
    const { spans, names } = open('parentbased_traceidratio', 0);
    const work = () => spans.child(internal('inner'), done);
    expect(await spans.entry(internal('request'), ROOT_CONTEXT, work, nothing)).toBe('done');
    expect(names()).toEqual([]);
  });
});

describe('The decision to keep a trace', () => {
  test('A request whose trace is not kept is answered as if nothing was traced', () => {
    const { tracer, spans } = open('parentbased_always_off');
    tracer.startSpan = () => {
      throw new Error('a span was made');
    };
    const response = Promise.resolve(new Response());
    const fetch = traceRequests(
      spans,
      () => response,
      () => {
        throw new Error('the route was looked up');
      },
    );
    const headers = { traceparent: traceparentOf(0, '00') };
    expect(fetch(new Request('https://shop.test/orders'))).toBe(response);
    expect(fetch(new Request('https://shop.test/orders', { headers }))).toBe(response);
  });

  test('A request whose trace is not kept is no work of the request that its turn was begun in', async () => {
    const { spans, names } = open('parentbased_always_off');
    const fetch = traceRequests(
      spans,
      async () => {
        await spans.child(internal('of nobody'), done);
        return new Response();
      },
      () => null,
    );
    const parent = trace.setSpanContext(ROOT_CONTEXT, {
      ...{ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: TraceFlags.SAMPLED },
    });
    const begin = async () => fetch(new Request('https://shop.test/orders'));
    await spans.entry(internal('request'), parent, begin, nothing);
    expect(names()).toEqual(['request']);
  });

  test('A trace has the id that it was decided on, so that other services decide alike', async () => {
    const { spans, exporter } = open('traceidratio', 0.5);
    let kept = 0;
    for (let index = 0; index < 200; index++) {
      if (!spans.keepsBelow(ROOT_CONTEXT)) continue;
      kept++;
      await spans.keptEntry(internal('request'), ROOT_CONTEXT, done, nothing);
      await spans.linked(internal('step'), [], done);
    }
    const requests = exporter.getFinishedSpans().filter(({ name }) => name === 'request');
    expect(requests).toHaveLength(kept);
    const sampler = new TraceIdRatioBasedSampler(0.5);
    const decisions = exporter
      .getFinishedSpans()
      .map((span) => sampler.shouldSample(ROOT_CONTEXT, span.spanContext().traceId).decision);
    expect(new Set(decisions)).toEqual(new Set([SamplingDecision.RECORD_AND_SAMPLED]));
    expect(new Set(requests.map((span) => span.spanContext().traceId)).size).toBe(kept);
  });
});

describe('The spans of requests', () => {
  const serve = async (path: string, method = 'GET', status = 200) => {
    const { spans, exporter } = open();
    const fetch = traceRequests(
      spans,
      async () => new Response(null, { status }),
      ({ url }) =>
        url.endsWith('/health/ready') ? '/health/ready' : url.includes('/orders/') ? '/orders/:id' : null,
    );
    const request = new Request(`https://shop.test${path}`);
    // A server of Bun takes any method, and its constructor does not.
    await fetch(Object.defineProperty(request, 'method', { value: method }));
    return exporter.getFinishedSpans();
  };

  test('A span has the pattern of the route and not the path', async () => {
    const [span] = await serve('/orders/17?q=lan%40shop.test');
    expect(span).toMatchObject({ name: 'GET /orders/:id', status: { code: 0 } });
    expect(span?.attributes).toEqual({
      ...{ 'http.request.method': 'GET', 'http.route': '/orders/:id', 'url.scheme': 'https' },
      'http.response.status_code': 200,
    });
  });

  test('A method or a path that a caller has made up is in no name of a span', async () => {
    const [span] = await serve('/made/up', 'MADE-UP', 405);
    expect(span).toMatchObject({ name: 'HTTP', attributes: { 'http.request.method': '_OTHER' } });
  });

  test('An answer that is an error of the server makes the span an error', async () => {
    const [span] = await serve('/orders/17', 'GET', 503);
    expect(span).toMatchObject({ attributes: { 'error.type': '503' }, status: { code: 2 } });
  });

  test('A check of health has no span', async () => {
    expect(await serve('/health/ready')).toEqual([]);
  });
});

describe('The spans of the store', () => {
  test('A batch has one span with links to those of its requests, whichever request began it', async () => {
    const { spans, exporter } = open();
    const world = createTestWorld();
    const memory = createMemoryStore(world);
    const recordOutcomes = async () => ok([]);
    const store = traceStore(
      spans,
      { ...memory, audits: { ...memory.audits, recordOutcomes } },
      'sqlite',
      world.clock,
    );
    const record = (index: number) => ({ traceparent: traceparentOf(index) }) as OutcomeRecord;
    const begin = () => store.audits.recordOutcomes([record(0), record(1)], 0);
    await spans.entry(internal('request'), ROOT_CONTEXT, begin, nothing);
    const [batch] = exporter.getFinishedSpans();
    expect(batch).toMatchObject({ name: 'audits.recordOutcomes' });
    expect(batch?.parentSpanContext).toBeUndefined();
    expect(batch?.links.map(({ context }) => context.spanId)).toEqual([
      '0000000000000001',
      '0000000000000002',
    ]);
  });

  test('A batch of requests whose traces are not kept has no span', async () => {
    const { spans, names } = open();
    const world = createTestWorld();
    const store = traceStore(spans, createMemoryStore(world), 'sqlite', world.clock);
    const begin = () => store.audits.recordOutcomes([], 0);
    await spans.entry(internal('request'), ROOT_CONTEXT, begin, nothing);
    expect(names()).toEqual(['request']);
  });

  test('A read of a request has a span below that of the request, and a poll of a worker has none', async () => {
    const { spans, names } = open();
    const world = createTestWorld();
    const store = traceStore(spans, createMemoryStore(world), 'postgresql', world.clock);
    await store.queue.stats(0);
    expect(names()).toEqual([]);
    await spans.entry(internal('request'), ROOT_CONTEXT, () => store.queue.stats(0), nothing);
    expect(names()).toEqual(['queue.stats', 'request']);
  });
});
