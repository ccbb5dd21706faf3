import { useEffect, useState } from 'preact/hooks';
import { totalsOf } from '../shared/money.ts';
import { loadOrders } from '../shared/payOrders.ts';
import { checkoutIdOfState, checkoutOfState, orderIdsOfState } from '../shared/payPage.ts';
import type { PayState } from '../shared/payStates.ts';
import type { Order } from '../shared/types.ts';
import { useShop } from './shop.ts';
import type { ReceiptProps } from './views/Receipt.tsx';

type Known = {
  readonly number: string | null;
  readonly orders: readonly Order[];
  readonly lineOf?: ReceiptProps['lineOf'];
};

/**
 * What the payment is for. An answer of the shop brings it. Before one there is only the list of ids, and after a decline
 * only the checkout, so then it is asked for.
 */
export const useReceipt = (state: PayState) => {
  const { account, api, words } = useShop();
  const [known, setKnown] = useState<Known | null>(null);
  const checkout = checkoutOfState(state);
  const checkoutId = checkoutIdOfState(state);
  const orderIds = orderIdsOfState(state).join(' ');

  useEffect(() => {
    if (checkout !== null) setKnown({ number: checkout.number, orders: checkout.orders });
  }, [checkout]);

  useEffect(() => {
    if (checkout !== null) return;
    let isWanted = true;
    const load = async () => {
      const ids = orderIds.split(' ').filter((id) => id !== '');
      if (ids.length > 0) {
        const { orders } = await loadOrders(api, ids);
        if (isWanted && orders.length > 0) setKnown((before) => ({ number: before?.number ?? null, orders }));
      } else if (checkoutId !== null) {
        const answer = await api.checkout(checkoutId);
        if (isWanted && answer.kind === 'ok')
          setKnown({ number: answer.value.number, orders: answer.value.orders });
      }
    };
    void load();
    return () => {
      isWanted = false;
    };
  }, [orderIds, checkoutId, checkout === null, account.hasEnded.value]);

  const orders = inOrder(known?.orders ?? null);
  return {
    orders,
    receipt: orders === null && isLost(state) ? null : receiptOf(known, orders, words.value),
    /** The orders as they are now. */
    learn: (next: readonly Order[], lineOf: ReceiptProps['lineOf']): void =>
      setKnown((before) => ({ number: before?.number ?? null, orders: next, lineOf })),
  };
};

/** Sorted by id, so that no line moves when they are read again. */
const inOrder = (orders: readonly Order[] | null): readonly Order[] | null =>
  orders?.toSorted((one, other) => (one.id < other.id ? -1 : 1)) ?? null;

/** Nothing of it will ever be known to this customer. */
const isLost = (state: PayState): boolean =>
  state.phase === 'signed_out' || state.phase === 'forbidden' || state.phase === 'refused';

const receiptOf = (
  known: Known | null,
  orders: readonly Order[] | null,
  { pay, state: texts }: ReturnType<typeof useShop>['words']['value'],
): ReceiptProps => {
  const totals = totalsOf(orders?.map(({ total }) => total) ?? []);
  const props: ReceiptProps = {
    label: pay.receipt,
    number: known?.number ?? null,
    numberLabel: pay.number,
    orders,
    total: totals.length === 1 ? (totals[0] ?? null) : null,
    totalLabel: pay.total,
    loadingLabel: texts.loading,
  };
  return known?.lineOf === undefined ? props : { ...props, lineOf: known.lineOf };
};
