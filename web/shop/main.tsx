import { loadFirstMessages } from '../words/messages.ts';
import { pageOf } from './addresses.ts';
import { App } from './app.tsx';
import { loadPage } from './lazyPages.tsx';
import { startShop } from './startShop.ts';

void startShop(
  (shop) => <App shop={shop} />,
  ({ language }) =>
    Promise.all([
      loadFirstMessages(language.value),
      loadPage(pageOf(location.pathname).kind, language.value),
    ]),
);
