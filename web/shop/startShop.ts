import type { ComponentChild } from 'preact';
import { startDocument } from '../frame/startDocument.ts';
import { metaOfDocument, readPageSettings } from '../shared/pageSettings.ts';
import { loadMessages } from '../words/messages.ts';
import { createShop, type Shop } from './shop.ts';

/** Starts a document of the shop. `load` loads its words, and what else the page needs at first. */
export const startShop = (
  draw: (shop: Shop) => ComponentChild,
  load: (shop: Shop) => Promise<unknown> = ({ language }) => loadMessages(language.value),
): Promise<void> => {
  const shop = createShop(readPageSettings(metaOfDocument));
  return startDocument(shop, {
    load: () => load(shop),
    draw: () => draw(shop),
    failed: 'Không tải được cửa hàng. Vui lòng tải lại trang. · The shop did not load. Please reload.',
  });
};
