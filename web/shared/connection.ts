import type { Call } from './call.ts';

/** `lastHeardMs` is when the shop last answered anything, null before the first answer. */
export type Connection = { readonly isOffline: boolean; readonly lastHeardMs: number | null };

type ConnectionPorts = {
  readonly call: Call;
  readonly window: Pick<EventTarget, 'addEventListener'>;
  readonly nowMs: () => number;
  /** Where it is kept, and shown from. */
  readonly state: { value: Connection };
};

/**
 * Knows whether the shop can be reached, from what the calls through it come to. A browser that says it is online may
 * still have no way to the shop, so only an answer ends the state `isOffline`.
 */
export const createConnection = ({ call, window, nowMs, state }: ConnectionPorts): Call => {
  const change = (next: Partial<Connection>): void => {
    state.value = { ...state.value, ...next };
  };
  window.addEventListener('offline', () => change({ isOffline: true }));
  return async (request) => {
    const outcome = await call<never>(request);
    if (outcome.kind === 'offline') change({ isOffline: true });
    const isHeard = outcome.kind === 'ok' || outcome.kind === 'problem' || outcome.kind === 'signed_out';
    if (isHeard) change({ isOffline: false, lastHeardMs: nowMs() });
    return outcome;
  };
};
