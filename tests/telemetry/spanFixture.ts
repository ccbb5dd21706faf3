import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createSampler, type SamplerName } from '../../adapters/telemetry/sampler.ts';
import { createSpans } from '../../adapters/telemetry/tracer.ts';

/** Spans that are kept in memory. */
export const openSpans = (sampler: SamplerName = 'parentbased_always_on', ratio = 1) => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    sampler: createSampler(sampler, ratio),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const spans = createSpans(provider.getTracer('test'), new AsyncLocalStorageContextManager().enable());
  return { spans, names: () => exporter.getFinishedSpans().map(({ name }) => name), exporter };
};

export const traceparentOf = (index: number, flags = '01') =>
  `00-${(index + 1).toString(16).padStart(32, '0')}-${(index + 1).toString(16).padStart(16, '0')}-${flags}`;
