import { err, ok } from 'neverthrow';
import type { Kinds } from './settingKinds.ts';

const drainMaxMs = 600_000;

export const stopSettings = ({ setting }: Kinds) => ({
  /** Null: `defaultDrainMs`, or 0 in a terminal. */
  drainMs: setting<number | null>({
    name: 'DRAIN_MS',
    fallback: null,
    shownFallback: '5000',
    doc: 'How long the API goes on answering after the process is asked to stop, so that the load balancer can send requests elsewhere. Workers stop at once. If it is not set and standard error is a terminal: 0.',
    read: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value <= drainMaxMs ? ok(value) : err(`write a whole number from 0 to ${drainMaxMs}`);
    },
  }),
});
