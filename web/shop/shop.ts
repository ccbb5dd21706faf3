import { createSite, useSite } from '../frame/site.ts';
import type { PageSettings } from '../shared/pageSettings.ts';
import { createShopApi } from '../shared/shopApi.ts';
import { explain, hasAllMessages, loadFirstMessages, loadMessages, messagesOf } from '../words/messages.ts';
import { createAccount } from './account.ts';
import { homePath, signInPagePath, signInPath } from './addresses.ts';

export type Shop = ReturnType<typeof createShop>;

/** All that the pages of one document of the shop share. */
export const createShop = (settings: PageSettings) => {
  const site = createSite({
    settings,
    createAccount,
    wordsOf: messagesOf,
    loadWords: loadMessages,
    loadLanguage: (next, current) => (hasAllMessages(current) ? loadMessages : loadFirstMessages)(next),
    explain,
    signInPage: signInPagePath,
    signInPath,
    home: homePath,
    roles: ['customer'],
  });
  return { ...site, api: createShopApi(site.account.call) };
};

/** The shop around a part of the page. A document of the shop is drawn inside no other site. */
export const useShop = (): Shop => useSite() as Shop;
