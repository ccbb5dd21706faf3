import type { Faults } from './faults.ts';

const none: Faults = { kills: false, freezes: false, crashes: 0, shared: false };

/** One kind of fault each, so that no other fault can explain a violation. */
export const faultPresets = {
  none,
  kills: { ...none, kills: true },
  freezes: { ...none, freezes: true },
  crashes: { ...none, crashes: 0.6 },
  shared: { ...none, shared: true },
} as const satisfies Readonly<Record<string, Faults>>;
