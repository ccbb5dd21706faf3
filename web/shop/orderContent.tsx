import { useEffect, useState } from 'preact/hooks';
import { FailureNote } from '../frame/failureNote.tsx';
import { focusHeading } from '../frame/pageFocus.ts';
import type { CallFailure } from '../frame/site.ts';
import { ToastText } from '../frame/toastText.tsx';
import { Button, LinkButton } from '../parts/Button.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { Icon } from '../parts/Icon.tsx';
import { Money } from '../parts/Money.tsx';
import { Note } from '../parts/Note.tsx';
import { StatusLine } from '../parts/StatusLine.tsx';
import { Time } from '../parts/Time.tsx';
import { Timeline } from '../parts/Timeline.tsx';
import { formatCount } from '../shared/money.ts';
import type { OrderDetail } from '../shared/types.ts';
import { cartPath, checkoutPath } from './addresses.ts';
import { invoiceHrefOf } from './invoiceHref.ts';
import { OrderGoods } from './orderGoods.tsx';
import { timelineOf } from './orderTimeline.ts';
import { orderTones } from './orderTones.ts';
import { picturesOf } from './picturesOf.ts';
import { SessionEnd } from './sessionEnd.tsx';
import { useShop } from './shop.ts';
import { OrderView } from './views/OrderView.tsx';

type OrderContentProps = {
  readonly order: OrderDetail;
  /** Null if the states before the newest 100 could not be loaded. */
  readonly earlier: OrderDetail['history'] | null;
  /** Why what is shown may be old. */
  readonly failure: CallFailure | null;
  readonly reload: () => Promise<void>;
};

export const OrderContent = ({ order, earlier, failure, reload }: OrderContentProps) => {
  const shop = useShop();
  const { language, words } = shop;
  const pictures = picturesOf(shop);
  const { orderPage, orderStatuses } = words.value;
  useEffect(() => pictures.want([order.product.id]), [order.product.id]);
  const isTold = earlier !== null;
  return (
    <>
      <SessionEnd />
      <StatusLine isFloating>
        <ToastText />
      </StatusLine>
      <OrderView
        order={order}
        imageUrl={pictures.urlOf(order.product.id)}
        status={{ tone: orderTones[order.status], label: orderStatuses[order.status] }}
        back={{ href: cartPath, label: orderPage.back }}
        facts={useFacts(order)}
        note={<Notes order={order} failure={failure} reload={reload} />}
        goods={<OrderGoods order={order} />}
        actions={<Actions order={order} reload={reload} />}
        timeline={
          <>
            {isTold ? null : <p class="small soft">{orderPage.earlier}</p>}
            <Timeline
              label={orderPage.timeline}
              items={timelineOf([...(earlier ?? []), ...order.history], order.status, language.value)}
            />
          </>
        }
        words={orderPage}
      />
    </>
  );
};

const useFacts = (order: OrderDetail) => {
  const { language, words } = useShop();
  const { orderPage, catalogue } = words.value;
  return [
    { label: orderPage.code, value: order.product.code },
    { label: catalogue.typeLabel, value: catalogue.type(order.product.type) },
    {
      label: orderPage.quantity,
      value: <span class="num">{formatCount(order.quantity, language.value)}</span>,
    },
    ...(order.number === null
      ? []
      : [{ label: orderPage.number, value: <span class="num">{order.number}</span> }]),
    { label: orderPage.ordered, value: <Time at={order.createdAt} /> },
    ...(order.refunded.amount === 0
      ? []
      : [{ label: orderPage.refunded, value: <Money value={order.refunded} /> }]),
    ...(order.invoice === null ? [] : [{ label: orderPage.invoice, value: order.invoice.number }]),
  ];
};

const Notes = ({ order, failure, reload }: Pick<OrderContentProps, 'order' | 'failure' | 'reload'>) => {
  const { orderPage, cartPage } = useShop().words.value;
  const isExpired = order.status === 'pending' && Date.parse(order.expiresAt) <= Date.now();
  return (
    <>
      {failure === null ? null : <FailureNote failure={failure} onRetry={() => void reload()} />}
      {order.status === 'failed' ? <Note tone="warn">{orderPage.failedText}</Note> : null}
      {order.disputed ? <Note tone="warn">{orderPage.disputed}</Note> : null}
      {isExpired ? <Note tone="warn">{cartPage.expired}</Note> : null}
    </>
  );
};

const Actions = ({ order, reload }: Pick<OrderContentProps, 'order' | 'reload'>) => {
  const { words } = useShop();
  const { orderPage } = words.value;
  const invoiceHref =
    order.checkoutId === null
      ? null
      : invoiceHrefOf(order, `/checkouts/${encodeURIComponent(order.checkoutId)}/invoice`);
  return (
    <div class="stack tight">
      {order.status === 'pending' ? (
        <>
          <LinkButton look="main" wide href={cartPath}>
            {orderPage.toPay}
          </LinkButton>
          <Cancel order={order} reload={reload} />
        </>
      ) : null}
      {order.status === 'paying' && order.checkoutId !== null ? (
        <LinkButton look="main" wide href={checkoutPath(order.checkoutId)}>
          {orderPage.seePayment}
        </LinkButton>
      ) : null}
      {invoiceHref === null ? null : (
        <LinkButton wide href={invoiceHref}>
          <Icon name="download" />
          {orderPage.openInvoice(order.invoice?.number ?? '')}
        </LinkButton>
      )}
    </div>
  );
};

/** Asks first, because a cancelled order does not come back. */
const Cancel = ({ order, reload }: Pick<OrderContentProps, 'order' | 'reload'>) => {
  const { account, api, toast, words } = useShop();
  const { frame, orderPage } = words.value;
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const cancel = async () => {
    setBusy(true);
    const outcome = await api.cancelOrder(order.id);
    setBusy(false);
    setAsking(false);
    if (outcome.kind === 'ok') {
      account.removeOrder(order.id);
      toast.say(orderPage.cancelled);
    } else if (outcome.kind !== 'aborted') setFailure(outcome);
    void account.loadCart();
    await reload();
    // The dialog gave the focus back to its button, which is gone now.
    if (outcome.kind === 'ok') requestAnimationFrame(focusHeading);
  };
  return (
    <>
      <Button look="danger" wide onPress={() => setAsking(true)}>
        {orderPage.cancel}
      </Button>
      {failure === null ? null : <FailureNote failure={failure} />}
      <Dialog
        isOpen={isAsking}
        title={orderPage.cancelAsk}
        closeLabel={frame.close}
        onClose={isBusy ? undefined : () => setAsking(false)}
        actions={
          <>
            <Button onPress={() => setAsking(false)}>{orderPage.keep}</Button>
            <Button look="danger" busy={isBusy} onPress={() => void cancel()}>
              {orderPage.cancel}
            </Button>
          </>
        }
      >
        <p>{orderPage.cancelText}</p>
      </Dialog>
    </>
  );
};
