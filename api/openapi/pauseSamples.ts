import { samples } from './samples.ts';

/** The document's examples of pauses. */
export const pauseSamples = {
  body: { pipeline: 'physical', step: 'request_shipment', reason: 'The carrier moves to a new system' },
  created: {
    id: '01980a54-2d00-7a31-8e5f-6b7c8d9e0f12',
    pipeline: 'physical',
    step: 'request_shipment',
    origin: 'operator',
    reason: 'The carrier moves to a new system',
    since: samples.at,
  },
} as const;
