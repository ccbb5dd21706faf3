import type { Outcome } from './outcome.ts';
import type { SessionApi } from './sessionApi.ts';
import type { Store } from './store.ts';

export const sessionMarkName = 'cw.session';

/** Changes whenever somebody signs in or out in this browser: see `PayPorts`. */
export const sessionMark = (shared: Store): string => shared.get(sessionMarkName) ?? '';

type ChangePorts = {
  /** Shared by all windows of the browser. */
  readonly shared: Store;
  readonly newId: () => string;
};

/** The mark changes before and after, so that it is another one whenever the session may be. */
export const createSessionChange =
  ({ shared, newId }: ChangePorts) =>
  async (work: () => Promise<Outcome<undefined>>): Promise<Outcome<undefined>> => {
    shared.set(sessionMarkName, newId());
    const outcome = await work();
    shared.set(sessionMarkName, newId());
    return outcome;
  };

/** What was being paid stays kept, for the next time that the same customer signs in. */
export const createSignOut =
  ({ api, ...ports }: ChangePorts & { readonly api: Pick<SessionApi, 'closeSession'> }) =>
  (): Promise<Outcome<undefined>> =>
    createSessionChange(ports)(() => api.closeSession());
