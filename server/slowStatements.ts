import type { SlowStatements } from '../adapters/stored/slowStatements.ts';
import type { CountedLog } from '../core/countedLog.ts';

const shownMax = 300;

/** Warns of slow statements: each kind once, and then once a minute with a count. */
export const createSlowStatements = (
  log: Pick<CountedLog, 'warn'>,
  { slowMs: ms }: { readonly slowMs: number },
): SlowStatements => ({
  ms,
  onSlow: (tookMs, text) => {
    const statement = text.replace(/\s+/g, ' ').trim().slice(0, shownMax);
    log.warn('slow statement', { ms: Math.round(tookMs), statement }, `slow statement ${statement}`);
  },
});
