import type { JobPipeline } from './pipeline.ts';

/** Acts on an event that a payment provider has sent. */
export const providerEventPipeline: JobPipeline = {
  name: 'provider_event',
  steps: [{ name: 'act_on_event', service: 'act_on_event' }],
};
