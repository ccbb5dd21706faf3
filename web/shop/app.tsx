import { LocationProvider, useLocation } from '../frame/location.tsx';
import { usePageFocus } from '../frame/usePageFocus.ts';
import { pageOf, shopScope } from './addresses.ts';
import { FindPage } from './findPage.tsx';
import { LazyPage } from './lazyPages.tsx';
import { NotFoundPage } from './notFoundPage.tsx';
import type { Shop } from './shop.ts';
import { ShopFrame } from './shopFrame.tsx';

type AppProps = { readonly shop: Shop };

/** The shop's main document: all pages but that of paying. */
export const App = ({ shop }: AppProps) => (
  <LocationProvider scope={shopScope}>
    <Pages shop={shop} />
  </LocationProvider>
);

const Pages = ({ shop }: AppProps) => {
  const { path, url, route } = useLocation();
  usePageFocus(shop);
  const page = pageOf(path);
  const here = page.kind === 'find' ? 'products' : page.kind === 'orders' ? 'cart' : 'none';
  return (
    <ShopFrame shop={shop} here={here} address={url} goHome={() => route('/shop')}>
      {page.kind === 'find' ? (
        <FindPage />
      ) : page.kind === 'unknown' ? (
        <NotFoundPage />
      ) : (
        // A key of its own, so that nothing of one order is shown at another.
        <LazyPage key={path} kind={page.kind} id={page.kind === 'order' ? page.id : ''} />
      )}
    </ShopFrame>
  );
};
