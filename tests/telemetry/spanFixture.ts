import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createDecision } from '../../adapters/telemetry/decision.ts';
import { createSampler } from '../../adapters/telemetry/sampler.ts';
import { createSpans } from '../../adapters/telemetry/tracer.ts';

/** Spans that are all kept, in memory. */
export const openSpans = () => {
  const exporter = new InMemorySpanExporter();
  const decision = createDecision(createSampler('parentbased_always_on', 1));
  const provider = new BasicTracerProvider({
    ...decision.tracing,
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  const spans = createSpans(provider.getTracer('test'), contexts, decision);
  return { spans, exporter };
};

/** A span of another process, as W3C `traceparent`. */
export const traceparentOf = (index: number) =>
  `00-${(index + 1).toString(16).padStart(32, '0')}-${(index + 1).toString(16).padStart(16, '0')}-01`;
