import { createId } from '../shared/ids.ts';
import { createSignIn } from '../shared/signIn.ts';
import { windowStore } from '../shared/store.ts';
import type { Site } from './site.ts';

/** Sign-in at the shop or the console. Few visits need it, so it is no part of their first scripts. */
export const signInOf = ({ account, shared, home }: Pick<Site, 'account' | 'shared' | 'home'>) =>
  createSignIn({ api: account.sessionApi, shared, own: windowStore(), newId: () => createId(), home });
