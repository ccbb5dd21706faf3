import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/Button.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { SkeletonRows } from '../parts/Skeleton.tsx';
import { windowStore } from '../shared/store.ts';
import type { ShopPage } from './addresses.ts';
import { focusHeading } from './pageFocus.ts';
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

const reloadedName = 'cw.reloaded';

const isLazy = (kind: ShopPage['kind']): kind is LazyKind => Object.hasOwn(loaders, kind);

/** Loads the script of a page, where it is not part of the document's own. False if it did not come. */
export const loadPage = async (kind: ShopPage['kind']): Promise<boolean> => {
  if (!isLazy(kind) || loaded[kind] !== undefined) return true;
  try {
    loaded[kind] = await loaders[kind]();
    windowStore().remove(reloadedName);
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
  const { state } = useShop().words.value;
  const [, draw] = useState(0);
  const [isLost, setLost] = useState(false);
  const load = async () => {
    if (await loadPage(kind)) {
      setLost(false);
      draw((drawn) => drawn + 1);
      requestAnimationFrame(focusHeading);
      return;
    }
    if (navigator.onLine && windowStore().get(reloadedName) === null) {
      windowStore().set(reloadedName, '1');
      location.reload();
    } else setLost(true);
  };
  useEffect(() => {
    if (loaded[kind] === undefined) void load();
  }, [kind]);
  const Page = loaded[kind];
  if (Page !== undefined) return <Page id={id} />;
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
