import type { Call } from './call.ts';

/** `lastHeardMs` is when the shop last answered anything, null before the first answer. */
export type Connection = { readonly isOffline: boolean; readonly lastHeardMs: number | null };

type ConnectionPorts = {
  readonly call: Call;
  readonly window: Pick<EventTarget, 'addEventListener'>;
  readonly nowMs: () => number;
  readonly show: (connection: Connection) => void;
};

/**
 * Knows whether the shop can be reached, from what the calls through it come to. A browser that says it is online may
 * still have no way to the shop, so only an answer ends the state `isOffline`.
 */
export const createConnection = ({ call, window, nowMs, show }: ConnectionPorts) => {
  let connection: Connection = { isOffline: false, lastHeardMs: null };
  const change = (next: Partial<Connection>): void => {
    connection = { ...connection, ...next };
    show(connection);
  };
  window.addEventListener('offline', () => change({ isOffline: true }));
  const watched: Call = async (request) => {
    const outcome = await call<never>(request);
    if (outcome.kind === 'offline') change({ isOffline: true });
    const isHeard = outcome.kind === 'ok' || outcome.kind === 'problem' || outcome.kind === 'signed_out';
    if (isHeard) change({ isOffline: false, lastHeardMs: nowMs() });
    return outcome;
  };
  return { call: watched, connection: (): Connection => connection };
};
