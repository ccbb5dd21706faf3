import type { Outcome } from './outcome.ts';
import type { SessionApi } from './sessionApi.ts';
import type { Store } from './store.ts';

export const sessionMarkName = 'cw.session';

/** Changes whenever somebody signs in or out in this browser: see `PayPorts`. */
export const sessionMark = (shared: Store): string => shared.get(sessionMarkName) ?? '';

const leftMark = 'left ';

/** Whether the last thing that happened to the session in this browser is that somebody signed out, in any window. */
export const wasLeft = (shared: Store): boolean => sessionMark(shared).startsWith(leftMark);

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
  async (): Promise<Outcome<undefined>> => {
    const outcome = await createSessionChange(ports)(() => api.closeSession());
    if (outcome.kind === 'ok') ports.shared.set(sessionMarkName, leftMark + ports.newId());
    return outcome;
  };
