import type { Outcome } from './outcome.ts';
import { createSessionChange } from './session.ts';
import type { SessionApi } from './sessionApi.ts';
import type { Store } from './store.ts';

type SignInPorts = {
  readonly api: Pick<SessionApi, 'demoToken' | 'openSession'>;
  /** Shared by all windows of the browser. */
  readonly shared: Store;
  /** Of this window alone. */
  readonly own: Store;
  readonly newId: () => string;
  /** Where sign-in leads without a page to come back to. */
  readonly home: string;
};

type LeaveRequest = {
  /** The setting `SIGN_IN_URL`. */
  readonly signInUrl: string;
  /** The page to come back to, such as `https://shop.example/shop/sign-in`. */
  readonly returnTo: string;
  /** The path where the customer was. */
  readonly back: string;
};

type Return =
  /** The address has no answer of the provider: the customer came to the page by a link of ours. */
  | { readonly kind: 'none' }
  /** The state is not the one of this window. Nobody was signed in. */
  | { readonly kind: 'wrong_state'; readonly back: string }
  /** The provider did not sign the customer in. */
  | { readonly kind: 'not_signed_in'; readonly back: string }
  | { readonly kind: 'returned'; readonly back: string; readonly opened: Outcome<undefined> };

const stateName = 'cw.sign-in.state';
const backName = 'cw.sign-in.back';

/** Where to go after sign-in: a path of this site, never another site. */
export const safePath = (path: string | null, home: string): string =>
  path !== null && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? path : home;

export const createSignIn = ({ api, shared, own, newId, home }: SignInPorts) => {
  const change = createSessionChange({ shared, newId });
  return {
    /** Demo mode: anyone signs in with an e-mail address. */
    byEmail: async (email: string, roles: readonly string[] = ['customer']): Promise<Outcome<undefined>> => {
      const token = await api.demoToken(email, roles);
      return token.kind === 'ok' ? change(() => api.openSession(token.value.token)) : token;
    },

    /**
     * The address of the provider's sign-in page. `state` is kept in this window and checked on return, so that nobody
     * can sign a customer in as somebody else with a link of their own.
     */
    leave: ({ signInUrl, returnTo, back }: LeaveRequest): string => {
      const state = newId();
      own.set(stateName, state);
      own.set(backName, safePath(back, home));
      const address = new URL(signInUrl);
      address.searchParams.set('return_to', returnTo);
      address.searchParams.set('state', state);
      return address.href;
    },

    /**
     * Reads `#token=…&state=…` when the provider sends the customer back. `clearAddress` runs before anything is asked,
     * so that the token is in no history, no bookmark and no screenshot. The state counts once.
     */
    comeBack: async (hash: string, clearAddress: () => void): Promise<Return> => {
      const values = new URLSearchParams(hash.replace(/^#/, ''));
      const token = values.get('token') ?? '';
      if (token === '' && !values.has('error')) return { kind: 'none' };
      clearAddress();
      const expected = own.get(stateName);
      const back = safePath(own.get(backName), home);
      own.remove(stateName);
      own.remove(backName);
      if (expected === null || values.get('state') !== expected) return { kind: 'wrong_state', back };
      if (token === '') return { kind: 'not_signed_in', back };
      return { kind: 'returned', back, opened: await change(() => api.openSession(token)) };
    },
  };
};
