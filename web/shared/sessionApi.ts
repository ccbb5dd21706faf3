import type { Call } from './call.ts';
import type { Session } from './types.ts';

/** The calls of sign-in and sign-out, each with the type of its answer. */
export const createSessionApi = (call: Call) => ({
  session: () => call<Session | null>({ method: 'GET', path: '/session' }),
  openSession: (token: string) => call<undefined>({ method: 'POST', path: '/session', body: { token } }),
  closeSession: () => call<undefined>({ method: 'DELETE', path: '/session' }),
  /** Demo mode only. */
  demoToken: (email: string, roles: readonly string[]) =>
    call<{ readonly token: string; readonly expiresAt: string }>({
      method: 'POST',
      path: '/demo/tokens',
      body: { email, roles },
    }),
});

export type SessionApi = ReturnType<typeof createSessionApi>;
