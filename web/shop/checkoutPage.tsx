import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useTitle } from '../frame/useTitle.ts';
import { Button, LinkButton } from '../parts/Button.tsx';
import { LazyCopy } from '../parts/LazyCopy.tsx';
import { checkoutIdOfState } from '../shared/payPage.ts';
import { isEnded, type PayState } from '../shared/payStates.ts';
import { sessionMarkName } from '../shared/session.ts';
import { describePay, type PayAction, payActionLabel } from '../words/describePay.ts';
import { cartPath, homePath } from './addresses.ts';
import {
  LazyBankDialog,
  LazyPaidNote,
  LazySessionDialog,
  LazyStockFixes,
  loadPaidNote,
} from './lazyPayParts.ts';
import { Opening } from './opening.tsx';
import type { Payment } from './payment.ts';
import { useShop } from './shop.ts';
import { useBank } from './useBank.ts';
import { useCountdown, useSteady } from './useCountdown.ts';
import { useReceipt } from './useReceipt.ts';
import { PaymentView } from './views/PaymentView.tsx';

/** The truth about one payment, from the first request to the orders that it paid for. */
export const CheckoutPage = ({ payment }: { readonly payment: Payment }) => {
  const { account, language, words } = useShop();
  const { pay } = payment;
  const shown = useCountdown(useSteady(payment.state.value));
  const { receipt, orders, learn } = useReceipt(shown);
  const bank = useBank(payment);
  const [isDialogClosed, setDialogClosed] = useState(false);
  const [note, setNote] = useState('');
  const titleRef = useRef<HTMLHeadingElement>(null);

  const nameOf = (id: string) => orders?.find((order) => order.id === id)?.product.name ?? null;
  const { asking, page } = words.value.pay;
  const described = describePay(shown, { language: language.value, nameOf });
  // The bank has the customer's answer, and the shop does not know it yet.
  const description =
    described === null || !bank.isAnswered
      ? described
      : { ...described, look: 'asking' as const, title: asking.title, lines: [asking.text], actions: [] };
  const title = description?.title ?? page;
  const { phase } = shown;
  const isHeld = phase === 'signed_out' || phase === 'forbidden';

  useTitle(title);
  const spoken = useRef(language.value);
  useLayoutEffect(() => {
    // The same title in another language is no news, and the focus stays on the button that was pressed.
    const isTranslated = spoken.current !== language.value;
    spoken.current = language.value;
    if (!isTranslated) titleRef.current?.focus({ preventScroll: true });
  }, [title]);
  useEffect(() => setNote(''), [phase]);
  useHeld(payment, isHeld);
  useEffect(() => void loadPaidNote().catch(() => undefined), []);
  useEffect(() => {
    // What was in the cart may be paid now, or be there again.
    if (isEnded(shown)) void account.loadCart();
  }, [phase]);

  if (description === null || isUnheard(shown)) return <Opening />;
  const orderIds = orders?.map(({ id }) => id) ?? [];
  const run: Partial<Record<PayAction, () => void>> = {
    confirm: bank.open,
    give_up: () => void pay.giveUp(),
    try_now: pay.lookNow,
    stop: () => void pay.stop(),
    go_on: () => void pay.goOn(),
    leave: () => void pay.stop(),
    sign_in: () => {
      setDialogClosed(false);
      void account.load();
    },
    // Without its orders nothing can be paid again here. The cart has them.
    ...(orderIds.length === 0 ? {} : { another_method: () => payment.ask(orderIds) }),
  };
  const foot = phase === 'paid' ? <LazyPaidNote checkout={shown.checkout} onOrders={learn} /> : null;
  return (
    <>
      <PaymentView
        look={description.look}
        title={title}
        titleRef={titleRef}
        actions={description.actions.map((action, index) => (
          <ActionButton key={action} action={action} isFirst={index === 0} onPress={run[action]} />
        ))}
        status={note || bank.problem}
        receipt={receipt === null ? null : { ...receipt, foot }}
      >
        {description.lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
        {description.requestId === null || description.requestId === '' ? null : (
          <RequestId id={description.requestId} />
        )}
        {phase === 'refused' && shown.problem.code === 'out_of_stock' ? (
          <LazyStockFixes
            problem={shown.problem}
            nameOf={nameOf}
            orderIds={orderIds}
            onNote={setNote}
            onDone={payment.ask}
          />
        ) : null}
      </PaymentView>
      {phase === 'action' ? <LazyBankDialog bank={bank} /> : null}
      {isHeld || account.hasEnded.value ? (
        <LazySessionDialog
          isOpen={!isDialogClosed}
          isForbidden={phase === 'forbidden'}
          onSignedIn={() => void pay.resume(checkoutIdOfState(payment.state.value))}
          onClose={() => setDialogClosed(true)}
        />
      ) : null}
    </>
  );
};

/** An address was opened, and the first answer is on its way. */
const isUnheard = (state: PayState): boolean =>
  state.phase === 'confirming' && state.attempt === null && state.checkout === null && state.trouble === null;

type ActionButtonProps = {
  readonly action: PayAction;
  readonly isFirst: boolean;
  readonly onPress: (() => void) | undefined;
};

const hrefs: Partial<Record<PayAction, string>> = {
  see_orders: cartPath,
  change_cart: cartPath,
  keep_shopping: homePath,
  another_method: cartPath,
};

const ActionButton = ({ action, isFirst, onPress }: ActionButtonProps) => {
  const { language } = useShop();
  const label = payActionLabel(action, language.value);
  const look = isFirst ? 'main' : 'plain';
  const href = onPress === undefined ? hrefs[action] : undefined;
  return href === undefined ? (
    <Button look={look} onPress={onPress}>
      {label}
    </Button>
  ) : (
    <LinkButton look={look} href={href}>
      {label}
    </LinkButton>
  );
};

const RequestId = ({ id }: { readonly id: string }) => {
  const { frame, state } = useShop().words.value;
  return (
    <div class="small soft">
      {state.requestId}
      <LazyCopy text={id} words={frame} />
    </div>
  );
};

/** Goes on when the customer has signed in, in this window or another one. */
const useHeld = ({ pay, state }: Payment, isHeld: boolean): void => {
  const { account } = useShop();
  useEffect(() => {
    if (!isHeld) return;
    if (!account.hasEnded.value) void account.load();
    const onStorage = async ({ key }: StorageEvent) => {
      if (key !== sessionMarkName) return;
      const session = await account.load();
      if (session !== null && !account.hasEnded.value) void pay.resume(checkoutIdOfState(state.value));
    };
    addEventListener('storage', onStorage);
    return () => removeEventListener('storage', onStorage);
  }, [isHeld]);
};
