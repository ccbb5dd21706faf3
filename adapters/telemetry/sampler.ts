import { trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { isSampled } from './tracer.ts';

type Root = 'always_on' | 'always_off' | 'traceidratio';
export type SamplerName = Root | `parentbased_${Root}`;

/**
 * The sampler of `OTEL_TRACES_SAMPLER`. A `parentbased_` sampler takes the links of a span without a parent for its
 * parents: the step of a checkout whose trace is kept is kept too, or a checkout of one in a hundred would almost never
 * be seen to its end.
 */
export const createSampler = (name: SamplerName, ratio: number): Sampler => {
  const root = rootOf(name, ratio);
  return name.startsWith('parentbased_') ? followLinks(new ParentBasedSampler({ root })) : root;
};

const rootOf = (name: SamplerName, ratio: number): Sampler => {
  if (name.endsWith('always_on')) return new AlwaysOnSampler();
  return name.endsWith('always_off') ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio);
};

const followLinks = (sampler: Sampler): Sampler => ({
  shouldSample: (context, traceId, name, kind, attributes, links) =>
    trace.getSpanContext(context) === undefined && links.some(isSampled)
      ? { decision: SamplingDecision.RECORD_AND_SAMPLED }
      : sampler.shouldSample(context, traceId, name, kind, attributes, links),
  toString: () => `FollowLinks{${sampler.toString()}}`,
});
