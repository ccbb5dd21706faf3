import { type ComponentChild, render } from 'preact';
import { metaOfDocument, readPageSettings } from '../shared/pageSettings.ts';
import { loadMessages } from '../words/messages.ts';
import { reloadOnce } from './reloadOnce.ts';
import { createShop, type Shop } from './shop.ts';

/**
 * Starts a document of the shop. What it needs is asked for at the same time, and nothing is drawn without words. `load`
 * loads them, and what else the page needs at first.
 */
export const startDocument = async (
  draw: (shop: Shop) => ComponentChild,
  load: (shop: Shop) => Promise<unknown> = ({ language }) => loadMessages(language.value),
): Promise<void> => {
  const shop = createShop(readPageSettings(metaOfDocument));
  void shop.account.load();
  const root = document.getElementById('app');
  if (root === null) return;
  try {
    await load(shop);
  } catch {
    // There are no words to say it with, so it is said in both languages.
    if (!reloadOnce())
      root.textContent =
        'Không tải được cửa hàng. Vui lòng tải lại trang. · The shop did not load. Please reload.';
    return;
  }
  render(draw(shop), root);
};
