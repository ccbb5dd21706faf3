import { useEffect, useState } from 'preact/hooks';
import { focusHeading } from '../frame/pageFocus.ts';
import { ordersMax, payableOf, type Selection, selectionOf } from '../shared/cart.ts';
import { createQuantityChanges, withQuantity } from '../shared/changeQuantity.ts';
import { createKeep } from '../shared/keepAttempts.ts';
import { overlaps } from '../shared/overlaps.ts';
import type { Attempt } from '../shared/payStates.ts';
import type { Order } from '../shared/types.ts';
import { explain } from '../words/messages.ts';
import { perShop } from './perShop.ts';
import { useShop } from './shop.ts';

type CartLine = {
  readonly order: Order;
  readonly isPayable: boolean;
  /** It is being paid, in this window or another one: the payment's page, or the page that pays. */
  readonly attempt: Attempt | null;
  readonly problem: string | null;
  readonly isRemoving: boolean;
};

type Cart = {
  readonly lines: readonly CartLine[] | null;
  readonly payable: readonly Order[];
  readonly selection: Selection<Order>;
  /** Why the selection cannot be paid now, in words. */
  readonly blocked: string | undefined;
  /** A quantity is being stored, so the total may not be what would be charged. */
  readonly isSaving: boolean;
  readonly change: (order: Order, quantity: number) => Promise<void>;
  readonly remove: (order: Order) => Promise<void>;
};

const quantitiesOf = perShop(({ account, api, cells }) => {
  const version = cells.create(0);
  return createQuantityChanges({
    changeQuantity: api.changeQuantity,
    onStored: account.replaceOrder,
    show: () => {
      version.value++;
    },
  });
});

/** The cart as it is shown: with the quantities that are still on their way, and without what cannot be paid. */
export const useCart = (customerId: string): Cart => {
  const shop = useShop();
  const { account, connection, shared, words } = shop;
  const quantities = quantitiesOf(shop);
  const nowMs = useNow();
  const { problems, removing, change, remove } = useCartActions();
  const attempts = createKeep(shared, customerId).list();
  const loaded = account.cart.value.orders;
  const orders = loaded?.map((order) => withQuantity(order, quantities.wanted(order.id))) ?? null;
  const payable = payableOf(orders ?? [], attempts, nowMs);
  const selection = selectionOf(payable, account.unticked.value);
  const payableIds = new Set(payable.map(({ id }) => id));
  const { cartPage, state } = words.value;
  const obstacles = {
    nothing_chosen: cartPage.nothingChosen,
    too_many: cartPage.tooMany(ordersMax),
    two_currencies: cartPage.twoCurrencies,
  };
  return {
    lines:
      orders?.map((order) => ({
        order,
        isPayable: payableIds.has(order.id),
        attempt: attempts.find((attempt) => overlaps(attempt, [order.id])) ?? null,
        problem: problems[order.id] ?? (Date.parse(order.expiresAt) <= nowMs ? cartPage.expired : null),
        isRemoving: removing.has(order.id),
      })) ?? null,
    payable,
    selection,
    blocked: connection.value.isOffline
      ? state.offlinePay
      : selection.obstacle === null
        ? undefined
        : obstacles[selection.obstacle],
    isSaving: quantities.isSaving(),
    change,
    remove,
  };
};

const useCartActions = () => {
  const shop = useShop();
  const { account, api, language, refreshes, toast, words } = shop;
  const quantities = quantitiesOf(shop);
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [removing, setRemoving] = useState<ReadonlySet<string>>(new Set());
  const { cartPage } = words.value;
  const settle = (id: string, problem: string | null) =>
    setProblems(({ [id]: _, ...others }) => (problem === null ? others : { ...others, [id]: problem }));
  const said = (failure: Parameters<typeof explain>[0]): string => {
    const { title, text } = explain(failure, language.value);
    return `${title}. ${text}`;
  };

  const change = async ({ id, product }: Order, quantity: number): Promise<void> => {
    settle(id, null);
    const outcome = await quantities.change(id, quantity);
    if (outcome === null || outcome.kind === 'aborted') return;
    if (outcome.kind === 'ok') toast.say(cartPage.changed(product.name, outcome.value.quantity));
    else {
      // An order that is pending no more leaves the cart, and what is said about it must not go with it.
      if (outcome.kind === 'problem' && goneCodes.has(outcome.problem.code))
        toast.say(`${product.name}: ${said(outcome)}`);
      settle(id, said(outcome));
      // The answer may be lost and the change done all the same.
      void account.loadCart();
    }
  };

  const remove = async ({ id, product }: Order): Promise<void> => {
    settle(id, null);
    setRemoving((others) => new Set([...others, id]));
    const outcome = await api.cancelOrder(id);
    setRemoving((others) => new Set([...others].filter((other) => other !== id)));
    if (outcome.kind === 'aborted') return;
    // It is cancelled now, or paid or cancelled elsewhere. In any case it is in the cart no more.
    const isGone =
      outcome.kind === 'ok' || (outcome.kind === 'problem' && goneCodes.has(outcome.problem.code));
    if (isGone) {
      const focus = focusAfter(id);
      account.removeOrder(id);
      toast.say(outcome.kind === 'ok' ? cartPage.removed(product.name) : `${product.name}: ${said(outcome)}`);
      requestAnimationFrame(focus);
    } else settle(id, said(outcome));
    // The list below too: the order is there now.
    refreshes.value++;
    void account.loadCart();
  };
  return { problems, removing, change, remove };
};

const goneCodes = new Set(['not_found', 'order_not_pending']);

/** The row goes, and the focus that was in it moves to the next one, not to the top of the document. */
const focusAfter = (id: string): (() => void) => {
  const row = document.querySelector(`#main [data-order="${id}"]`);
  if (row === null || !row.contains(document.activeElement)) return () => {};
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const nextId = next instanceof HTMLElement ? next.dataset.order : undefined;
  return () => {
    const link = document.querySelector<HTMLElement>(`#main [data-order="${nextId}"] a`);
    if (link === null) focusHeading();
    else link.focus();
  };
};

const tickMs = 15_000;

/** The time, so that an order that expires while one looks is not payable any more. */
const useNow = (): number => {
  const [nowMs, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
};
