import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { focusHeading } from '../frame/pageFocus.ts';
import { forgetReload, reloadOnce } from '../frame/reloadOnce.ts';
import { Button } from '../parts/Button.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { SkeletonRows } from '../parts/Skeleton.tsx';
import type { Language } from '../shared/language.ts';
import { hasAllMessages, loadMessages } from '../words/messages.ts';
import type { ShopPage } from './addresses.ts';
import { useShop } from './shop.ts';

type PageProps = { readonly id: string };
type LazyKind = 'orders' | 'order' | 'sign_in';

/** Pages that the first visit does not need. */
const loaders: Readonly<Record<LazyKind, () => Promise<ComponentType<PageProps>>>> = {
  orders: async () => (await import('./ordersPage.tsx')).OrdersPage,
  order: async () => (await import('./orderPage.tsx')).OrderPage,
  sign_in: async () => (await import('./signInPage.tsx')).SignInPage,
};

const loaded: Partial<Record<LazyKind, ComponentType<PageProps>>> = {};

const isLazy = (kind: ShopPage['kind']): kind is LazyKind => Object.hasOwn(loaders, kind);

/** Loads the script and the words of a page, where the document has not. False if one of them did not come. */
export const loadPage = async (kind: ShopPage['kind'], language: Language): Promise<boolean> => {
  if (!isLazy(kind)) return true;
  try {
    const [page] = await Promise.all([loaded[kind] ?? loaders[kind](), loadMessages(language)]);
    loaded[kind] = page;
    forgetReload();
    return true;
  } catch {
    return false;
  }
};

type LazyPageProps = { readonly kind: LazyKind; readonly id: string };

/**
 * A page with a script of its own. After an update of the shop an old document may ask for a script that is gone: it is
 * then loaded anew, once. If that does not help, the page says so.
 */
export const LazyPage = ({ kind, id }: LazyPageProps) => {
  const { language, words } = useShop();
  const { state } = words.value;
  const [, draw] = useState(0);
  const [isLost, setLost] = useState(false);
  const Page = loaded[kind];
  const isReady = Page !== undefined && hasAllMessages(language.value);
  const load = async () => {
    if (await loadPage(kind, language.value)) {
      setLost(false);
      draw((drawn) => drawn + 1);
      requestAnimationFrame(focusHeading);
      return;
    }
    if (!reloadOnce()) setLost(true);
  };
  useEffect(() => {
    if (!isReady) void load();
  }, [kind]);
  if (isReady && Page !== undefined) return <Page id={id} />;
  return (
    <div class="page wide">
      {isLost ? (
        <EmptyState title={state.lost} action={<Button onPress={() => void load()}>{state.tryAgain}</Button>}>
          {state.lostText}
        </EmptyState>
      ) : (
        <SkeletonRows label={state.loading} rows={3} />
      )}
    </div>
  );
};
