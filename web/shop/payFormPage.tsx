import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../frame/site.ts';
import { useTitle } from '../frame/useTitle.ts';
import { Choices } from '../parts/Choices.tsx';
import { Failure } from '../parts/Failure.tsx';
import { ordersMax, payableOf, type Selection, selectionOf } from '../shared/cart.ts';
import { haveOtherTotals } from '../shared/otherTotals.ts';
import { loadOrders } from '../shared/payOrders.ts';
import type { CardField } from '../shared/stripeCard.ts';
import type { Order, PayOptions } from '../shared/types.ts';
import { explain } from '../words/messages.ts';
import { cartPath } from './addresses.ts';
import { CardElement } from './cardElement.tsx';
import { Opening } from './opening.tsx';
import type { Payment } from './payment.ts';
import { useShop } from './shop.ts';
import { usePayOptions } from './usePayOptions.ts';
import { PayFormView } from './views/PayFormView.tsx';

type PayFormPageProps = {
  readonly payment: Payment;
  /** Empty for all that is ticked in the cart. */
  readonly orderIds: readonly string[];
};

/** Asks how to pay, with a key of its own once Pay is pressed. */
export const PayFormPage = ({ payment, orderIds }: PayFormPageProps) => {
  const { api, language, words } = useShop();
  const { cartPage, frame, pay, state } = words.value;
  const { options, failure, retry } = usePayOptions();
  const { selection, failure: ordersFailure, reload } = useSelection(orderIds);
  const [method, setMethod] = useState<string | null>(null);
  const [card, setCard] = useState<CardField | null>(null);
  const titleRef = useRef<HTMLHeadingElement>(null);
  useTitle(pay.page);
  const isAgain = orderIds.length > 0;
  const trouble = options === null ? failure : selection === null ? ordersFailure : null;
  const isReady = trouble !== null || (options !== null && selection !== null);
  const blocked = usePayBlocked(options, selection);
  useLayoutEffect(() => {
    // After a decline the next step is another method, so the focus is there.
    const choice = isAgain ? document.querySelector<HTMLElement>('.pay-form input:checked') : null;
    (choice ?? titleRef.current)?.focus({ preventScroll: true });
  }, [isReady]);

  const methods = options?.methods ?? [];
  const chosen = method ?? methods[0]?.id ?? null;
  const isCard = options?.provider === 'stripe';
  const orders = selection?.orders ?? null;
  const total = selection?.totals.length === 1 ? (selection.totals[0] ?? null) : null;
  const ids = orders?.map(({ id }) => id) ?? [];

  /** What is in the way, in words. */
  const tryToPay = async (): Promise<string> => {
    if (await haveOtherTotals(api, orders ?? [])) {
      reload();
      return pay.otherTotal;
    }
    if (!isCard) {
      if (chosen !== null) payment.start(ids, chosen);
      return '';
    }
    const read = await card?.read();
    if (read?.kind === 'ok') payment.start(ids, read.method);
    return read === undefined || read.kind === 'ok' ? '' : read.message || pay.cardRefused;
  };
  const { submit, isBusy, status, setStatus } = useSubmit(tryToPay);

  if (!isReady) return <Opening />;
  return (
    <PayFormView
      title={pay.page}
      titleRef={titleRef}
      total={total}
      onPay={() => void submit()}
      isPaying={isBusy}
      payBlocked={blocked ?? (isCard && card === null ? status || state.loading : undefined)}
      status={status}
      receipt={{
        label: pay.receipt,
        number: null,
        numberLabel: null,
        orders: orders ?? [],
        total,
        totalLabel: pay.total,
      }}
      back={
        <a class="small" href={cartPath}>
          {pay.backToCart}
        </a>
      }
      words={{ pay: cartPage.pay, safe: cartPage.safe }}
    >
      {trouble !== null ? (
        <Failure
          {...explain(trouble, language.value)}
          onRetry={() => {
            retry();
            reload();
          }}
          words={{ ...frame, tryAgain: state.tryAgain, requestId: state.requestId }}
        />
      ) : options === null ? null : isCard ? (
        <CardOf options={options} total={total} onField={setCard} onTrouble={setStatus} />
      ) : (
        <Choices
          label={pay.method}
          value={chosen ?? ''}
          onChange={setMethod}
          options={methods.map(({ id, label }) => ({ value: id, label }))}
        />
      )}
    </PayFormView>
  );
};

/** What to do at a press of the button, once at a time. `work` returns what is in the way, in words. */
const useSubmit = (work: () => Promise<string>) => {
  const [status, setStatus] = useState('');
  const [isBusy, setBusy] = useState(false);
  // The state is shown later than a second press comes.
  const isBusyNow = useRef(false);
  const submit = async () => {
    if (isBusyNow.current) return;
    isBusyNow.current = true;
    setStatus('');
    setBusy(true);
    const problem = await work();
    isBusyNow.current = false;
    setBusy(false);
    setStatus(problem);
  };
  return { submit, isBusy, status, setStatus };
};

type CardOfProps = {
  readonly options: PayOptions;
  readonly total: Order['total'] | null;
  readonly onField: (field: CardField | null) => void;
  readonly onTrouble: (text: string) => void;
};

/** Stripe asks for the amount, so the field comes when it is known. */
const CardOf = ({ options, total, onField, onTrouble }: CardOfProps) => {
  const { pay } = useShop().words.value;
  if (total === null) return null;
  return (
    <CardElement
      publishableKey={options.publishableKey}
      total={total}
      onField={onField}
      onFailure={() => onTrouble(pay.noCardField)}
    />
  );
};

/** Why one cannot pay now. */
const usePayBlocked = (
  options: PayOptions | null,
  selection: Selection<Order> | null,
): string | undefined => {
  const { connection, words } = useShop();
  const { cartPage, pay, state } = words.value;
  if (connection.value.isOffline) return state.offlinePay;
  if (options === null || selection === null) return state.loading;
  if (options.methods.length === 0) return pay.noMethods;
  const obstacles = {
    nothing_chosen: cartPage.nothingChosen,
    too_many: cartPage.tooMany(ordersMax),
    two_currencies: cartPage.twoCurrencies,
  };
  return selection.obstacle === null ? undefined : obstacles[selection.obstacle];
};

type Loaded = {
  readonly orders: readonly Order[] | null;
  readonly failure: CallFailure | null;
};

const nothing: Loaded = { orders: null, failure: null };

/**
 * What is to be paid: the orders that were asked for, or what is ticked in the cart, as far as it can be paid. Null until
 * all of them came: a part of them would be paid without the rest.
 */
const useSelection = (orderIds: readonly string[]) => {
  const { account, api, refreshes } = useShop();
  const [loaded, setLoaded] = useState(nothing);
  const [tries, setTries] = useState(0);
  const isOfCart = orderIds.length === 0;
  useEffect(() => {
    let isWanted = true;
    if (!isOfCart)
      void loadOrders(api, orderIds).then(({ orders, failure }) => {
        if (isWanted)
          setLoaded((before) => (failure === null ? { orders, failure } : { ...before, failure }));
      });
    return () => {
      isWanted = false;
    };
  }, [orderIds, account.hasEnded.value, refreshes.value, tries]);
  const { orders, failure } = isOfCart ? account.cart.value : loaded;
  const unticked = isOfCart ? account.unticked.value : noTicks;
  return {
    selection: orders === null ? null : selectionOf(payableOf(orders, [], Date.now()), unticked),
    failure,
    reload: (): void => {
      if (isOfCart) void account.loadCart();
      else setTries(tries + 1);
    },
  };
};

const noTicks: ReadonlySet<string> = new Set();
