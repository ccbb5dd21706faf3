import { createContext } from 'preact';
import { useContext, useLayoutEffect, useReducer } from 'preact/hooks';
import { browserCallPorts, createCall } from '../shared/call.ts';
import { createCells } from '../shared/cells.ts';
import { type Connection, createConnection } from '../shared/connection.ts';
import { createId } from '../shared/ids.ts';
import { chooseLanguage, chosenLanguage, type Language } from '../shared/language.ts';
import type { PageSettings } from '../shared/pageSettings.ts';
import { browserPageEvents, createPause } from '../shared/pause.ts';
import { createSignIn } from '../shared/session.ts';
import { createShopApi } from '../shared/shopApi.ts';
import { longStore, windowStore } from '../shared/store.ts';
import type { List } from '../shared/types.ts';
import { hasAllMessages, loadFirstMessages, loadMessages, messagesOf } from '../words/messages.ts';
import { createAccount } from './account.ts';
import { createToast } from './toast.ts';

export type Shop = ReturnType<typeof createShop>;

/** All that the pages of one document share. */
export const createShop = (settings: PageSettings) => {
  const shared = longStore();
  const cells = createCells();
  const cell = cells.create;
  const language = cell<Language>(chosenLanguage(shared, navigator.languages));
  const connection = cell<Connection>({ isOffline: false, lastHeardMs: null });
  /** Counts what makes a page ask again: it comes back, or the connection does. */
  const refreshes = cell(0);

  const watched = createConnection({
    call: createCall(browserCallPorts(() => language.value)),
    window,
    nowMs: () => Date.now(),
    show: (next) => {
      connection.value = next;
    },
  });
  /** Words that do not come are as good as none: the page then says so in others. */
  const prepareWords = () => loadMessages(language.value).catch(() => undefined);
  const toast = createToast(cell);
  const account = createAccount({ call: watched.call, shared, cell, prepareWords });
  const api = createShopApi(account.call);

  return {
    settings,
    shared,
    api,
    language,
    cells,
    /** The words of the page's language. */
    words: {
      get value() {
        return messagesOf(language.value);
      },
    },
    connection,
    account,
    refreshes,
    /** Between two looks at the same thing. */
    pause: createPause(browserPageEvents()),
    toast,
    signIn: createSignIn({ api, shared, own: windowStore(), newId: () => createId() }),
    /** The last answer to each question, for Back. */
    lists: new Map<string, List<unknown>>(),

    prepareWords,
    /** Stays with the old language where the words of the new one do not come. */
    choose: async (next: Language): Promise<void> => {
      try {
        await (hasAllMessages(language.value) ? loadMessages : loadFirstMessages)(next);
      } catch {
        return toast.say(messagesOf(language.value).state.lost);
      }
      language.value = next;
      chooseLanguage(shared, next);
    },
    refresh: async (): Promise<void> => {
      await account.load();
      if (!account.hasEnded.value) refreshes.value++;
    },
  };
};

const ShopContext = createContext<Shop | null>(null);
export const ShopProvider = ShopContext.Provider;

/** The shop around a part of the page. The part is drawn again whenever something of it changes. */
export const useShop = (): Shop => {
  const shop = useContext(ShopContext);
  if (shop === null) throw new Error('This is drawn outside a shop.');
  useShopChanges(shop);
  return shop;
};

export const useShopChanges = ({ cells }: Shop): void => {
  const [, draw] = useReducer<number, undefined>((drawn) => drawn + 1, 0);
  const seen = cells.version();
  useLayoutEffect(() => {
    // Something may have changed since it was drawn, and before it listened.
    if (cells.version() !== seen) draw(undefined);
    return cells.subscribe(() => draw(undefined));
  }, [cells]);
};
