import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { FailureNote } from '../frame/failureNote.tsx';
import { focusHeading } from '../frame/pageFocus.ts';
import type { CallFailure } from '../frame/site.ts';
import { ToastText } from '../frame/toastText.tsx';
import { useTitle } from '../frame/useTitle.ts';
import { LinkButton } from '../parts/Button.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { SkeletonRows } from '../parts/Skeleton.tsx';
import { StatusLine } from '../parts/StatusLine.tsx';
import { createNewest } from '../shared/newest.ts';
import { loadEarlierStates } from '../shared/orderHistory.ts';
import type { OrderDetail } from '../shared/types.ts';
import { startWatch } from '../shared/watch.ts';
import { cartPath } from './addresses.ts';
import { OrderContent } from './orderContent.tsx';
import { useShop } from './shop.ts';
import { SignInFirst } from './signInFirst.tsx';

type OrderPageProps = { readonly id: string };

/** A key of its own, so that nothing of one customer is shown to another. */
export const OrderPage = ({ id }: OrderPageProps) => (
  <OrderOf key={useShop().account.session.value?.customerId} id={id} />
);

/** One order. It is asked for again while something may still happen to it. */
const OrderOf = ({ id }: OrderPageProps) => {
  const { account, words } = useShop();
  const { orderPage } = words.value;
  const { order, earlier, failure, reload } = useOrder(id);
  useTitle(order?.product.name ?? orderPage.title);
  if (account.session.value === null) return <SignInFirst title={orderPage.title} />;
  if (order !== null)
    return <OrderContent order={order} earlier={earlier} failure={failure} reload={reload} />;
  const isMissing = failure?.kind === 'problem' && failure.problem.status === 404;
  const retry = async () => {
    await reload();
    focusHeading();
  };
  return (
    <div class="page wide">
      <h1>{orderPage.title}</h1>
      <StatusLine isFloating>
        <ToastText />
      </StatusLine>
      {failure === null ? (
        <SkeletonRows label={orderPage.loading} rows={3} />
      ) : isMissing ? (
        <EmptyState
          title={orderPage.nothingFound}
          action={<LinkButton href={cartPath}>{orderPage.list}</LinkButton>}
        >
          {orderPage.missing}
        </EmptyState>
      ) : (
        <FailureNote failure={failure} onRetry={() => void retry()} />
      )}
    </div>
  );
};

type ShownOrder = {
  readonly order: OrderDetail | null;
  /** The states before the newest 100. Null if they could not be loaded. */
  readonly earlier: OrderDetail['history'] | null;
  readonly failure: CallFailure | null;
};

const useOrder = (id: string) => {
  const { account, api, pause, refreshes } = useShop();
  const [shown, setShown] = useState<ShownOrder>({ order: null, earlier: [], failure: null });
  const last = useRef<ShownOrder>(shown);
  const set = (next: Partial<ShownOrder>) => {
    last.current = { ...last.current, ...next };
    setShown(last.current);
  };
  const customerId = account.session.value?.customerId ?? null;
  // What is asked after a command may be answered before what was asked earlier.
  const ask = useMemo(createNewest, []);

  const look = async (signal?: AbortSignal): Promise<'changed' | 'same' | 'settled'> => {
    const isNews = ask();
    const outcome = await api.order(id, signal);
    if (outcome.kind === 'aborted' || !isNews()) return 'same';
    const before = last.current;
    if (outcome.kind !== 'ok') {
      set({ failure: outcome });
      const mayComeBack =
        outcome.kind !== 'signed_out' && !(outcome.kind === 'problem' && outcome.problem.status < 500);
      return mayComeBack ? 'same' : 'settled';
    }
    const order = outcome.value;
    set({ order, failure: null });
    if (before.order === null) {
      const earlier = await loadEarlierStates(api, order, signal);
      if (signal?.aborted !== true) set({ earlier });
    }
    if (isSettled(order)) return 'settled';
    return before.order?.updatedAt === order.updatedAt ? 'same' : 'changed';
  };

  const refreshed = refreshes.value;
  useEffect(() => {
    if (customerId === null) return;
    const watch = startWatch(look, pause);
    return watch.stop;
  }, [id, customerId, refreshed]);
  return {
    ...shown,
    reload: async () => {
      await look();
    },
  };
};

/** Nothing more will happen to it by itself. */
const isSettled = ({ status, history }: OrderDetail): boolean =>
  status === 'cancelled' ||
  status === 'refunded' ||
  (status === 'completed' && history.some(({ state }) => state === 'customer_notified'));
