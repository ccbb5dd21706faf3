import { type ComponentChild, render } from 'preact';
import { metaOfDocument, readPageSettings } from '../shared/pageSettings.ts';
import { loadMessages } from '../words/messages.ts';
import { createShop, type Shop } from './shop.ts';

/** Starts a document of the shop. What it needs is asked for at the same time, and nothing is drawn without words. */
export const startDocument = async (
  draw: (shop: Shop) => ComponentChild,
  load: () => Promise<unknown> = async () => {},
): Promise<void> => {
  const shop = createShop(readPageSettings(metaOfDocument));
  void shop.account.load();
  await Promise.all([loadMessages(shop.language.value), load()]);
  const root = document.getElementById('app');
  if (root !== null) render(draw(shop), root);
};
