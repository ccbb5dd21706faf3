import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createSampler } from '../../adapters/telemetry/sampler.ts';
import { createSpans } from '../../adapters/telemetry/tracer.ts';

/** Spans that are all kept, in memory. */
export const openSpans = () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    sampler: createSampler('parentbased_always_on', 1),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const spans = createSpans(provider.getTracer('test'), new AsyncLocalStorageContextManager().enable());
  return { spans, exporter };
};

/** A span of another process, as W3C `traceparent`. */
export const traceparentOf = (index: number) =>
  `00-${(index + 1).toString(16).padStart(32, '0')}-${(index + 1).toString(16).padStart(16, '0')}-01`;
