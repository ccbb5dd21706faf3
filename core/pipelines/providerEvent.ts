import type { JobPipeline } from './pipeline.ts';

/** What a payment provider tells by itself. */
export const providerEvent: JobPipeline = {
  name: 'provider_event',
  steps: [{ name: 'act_on_event', service: 'act_on_event' }],
};
