import type { CreateCell } from '../shared/cells.ts';
import type { Outcome } from '../shared/outcome.ts';
import { createTicks, loadCart } from '../shared/pendingOrders.ts';
import type { ShopApi } from '../shared/shopApi.ts';
import type { Store } from '../shared/store.ts';
import type { Order } from '../shared/types.ts';

type CartState = {
  /** Null before the first list came. The old one stays while a new one is loaded. */
  readonly orders: readonly Order[] | null;
  readonly isLoading: boolean;
  readonly failure: Exclude<Outcome<unknown>, { kind: 'ok' } | { kind: 'aborted' }> | null;
};

type CartPorts = { readonly api: Pick<ShopApi, 'orders'>; readonly shared: Store; readonly cell: CreateCell };

const noCart: CartState = { orders: null, isLoading: false, failure: null };

/** What waits in the cart of the customer who is signed in, and what of it is ticked. */
export const createCustomerCart = ({ api, shared, cell: create }: CartPorts) => {
  const cart = create<CartState>(noCart);
  const unticked = create<ReadonlySet<string>>(new Set());
  let ticks: ReturnType<typeof createTicks> | null = null;
  let loading = new AbortController();

  const changeTicks = (change: (of: ReturnType<typeof createTicks>) => void): void => {
    if (ticks === null) return;
    change(ticks);
    unticked.value = ticks.unticked();
  };
  const changeOrders = (change: (orders: readonly Order[]) => readonly Order[]): void => {
    const { orders } = cart.value;
    if (orders !== null) cart.value = { ...cart.value, orders: change(orders) };
  };

  /** The newest call wins, so that an answer from before a change is not shown after it. */
  const load = async (): Promise<void> => {
    loading.abort();
    const mine = new AbortController();
    loading = mine;
    cart.value = { ...cart.value, isLoading: true };
    const outcome = await loadCart(api, mine.signal);
    if (loading !== mine || outcome.kind === 'aborted') return;
    if (outcome.kind !== 'ok') {
      cart.value = { ...cart.value, isLoading: false, failure: outcome };
      return;
    }
    cart.value = { orders: outcome.value, isLoading: false, failure: null };
    changeTicks((of) => of.prune(outcome.value.map(({ id }) => id)));
  };

  return {
    cart,
    unticked,
    loadCart: load,

    /** Another customer, or nobody. Nothing of the one before is shown to them. */
    openCart: (customerId: string | null): void => {
      loading.abort();
      cart.value = noCart;
      ticks = customerId === null ? null : createTicks(shared, customerId);
      unticked.value = ticks?.unticked() ?? new Set();
    },

    /** It was placed just now, so it is ticked. The other orders may have changed meanwhile too. */
    addOrder: (order: Order): void => {
      changeTicks((of) => of.tick(order.id, true));
      changeOrders((orders) => [order, ...orders.filter(({ id }) => id !== order.id)]);
      void load();
    },
    /** An order as it is now, without asking for all of them. */
    replaceOrder: (order: Order): void => {
      changeOrders((orders) => orders.map((each) => (each.id === order.id ? order : each)));
      // A list that is on its way may be from before.
      if (cart.value.isLoading) void load();
    },
    removeOrder: (id: string): void => changeOrders((orders) => orders.filter((each) => each.id !== id)),

    tick: (id: string, isTicked: boolean): void => changeTicks((of) => of.tick(id, isTicked)),
    tickAll: (ids: readonly string[], isTicked: boolean): void =>
      changeTicks((of) => of.tickAll(ids, isTicked)),
  };
};
