import type { Timer } from '../../core/timer.ts';
import { type Collector, createSend } from './request.ts';

/** Why the collector would take no lines; null if it would. `isToken`: it answers, and refuses us. */
export type CollectorFault = { readonly reason: string; readonly isToken: boolean };

/** Sends nothing: a collector looks at the token first, and then says that there is no data (400). */
export const probeCollector = async (timer: Timer, collector: Collector): Promise<CollectorFault | null> => {
  const outcome = await createSend(timer, collector)('');
  if (outcome.kind === 'accepted' || outcome.kind === 'unreadable') return null;
  return { reason: outcome.reason, isToken: outcome.kind === 'refused' };
};
