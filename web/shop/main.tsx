import { pageOf } from './addresses.ts';
import { App } from './app.tsx';
import { loadPage } from './lazyPages.tsx';
import { startDocument } from './startDocument.ts';

void startDocument(
  (shop) => <App shop={shop} />,
  () => loadPage(pageOf(location.pathname).kind),
);
