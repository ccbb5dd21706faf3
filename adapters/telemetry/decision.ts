import { type Context, type Link, SpanKind, trace } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  type IdGenerator,
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
} from '@opentelemetry/sdk-trace-base';

export type Decision = {
  /** Whether a span that `parent` or `links` lead to is kept. If so, it is the next one that is started. */
  readonly keeps: (parent: Context, links: Link[]) => boolean;
  /** For the provider of the tracer, which is asked for what is kept only. */
  readonly tracing: { readonly sampler: Sampler; readonly idGenerator: IdGenerator };
};

/**
 * Asks the sampler before anything of a span is made. The SDK would ask it with the name, the attributes and the ids of
 * the span at hand, and most traces are not kept. Our samplers look at ids and links alone.
 */
export const createDecision = (sampler: Sampler): Decision => {
  const random = new RandomIdGenerator();
  let decided: string | null = null;
  return {
    keeps: (parent, links) => {
      const cause = trace.getSpanContext(parent);
      const traceId = cause?.traceId ?? random.generateTraceId();
      const { decision } = sampler.shouldSample(parent, traceId, '', SpanKind.INTERNAL, {}, links);
      if (decision === SamplingDecision.NOT_RECORD) return false;
      if (cause === undefined) decided = traceId;
      return true;
    },
    tracing: {
      sampler: new AlwaysOnSampler(),
      idGenerator: {
        // The id that was decided on: a sampler of another service has to come to the same decision.
        generateTraceId: () => {
          const traceId = decided ?? random.generateTraceId();
          decided = null;
          return traceId;
        },
        generateSpanId: random.generateSpanId,
      },
    },
  };
};
