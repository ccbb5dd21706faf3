import { useEffect, useRef, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { createLazyPart } from '../../frame/lazyPart.tsx';
import { LinkButton } from '../../parts/Button.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { formatMoney } from '../../shared/money.ts';
import type { ConsoleOrdersWords } from '../../words/consoleEnOrders.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { useCommand } from '../useCommand.ts';
import type { OrdersApi } from './ordersApi.ts';
import { leftOf, whyNoRefund } from './refundStates.ts';
import { failedTaskIds } from './timelineItems.ts';
import type { ShownOrder } from './useOrder.ts';
import { useRefund } from './useRefund.ts';

/** Few visits of the page open a form. */
const RefundDialog = createLazyPart(async () => (await import('./refundDialog.tsx')).RefundDialog);
const RefundNote = createLazyPart(async () => (await import('./refundNote.tsx')).RefundNote);
const ContactDialog = createLazyPart(async () => (await import('./contactDialog.tsx')).ContactDialog);

/** A form stays in the page once it was opened, so that it can give the focus back. */
const useForm = () => {
  const [state, setState] = useState<'never' | 'open' | 'closed'>('never');
  return {
    wasOpened: state !== 'never',
    isOpen: state === 'open',
    open: (): void => setState('open'),
    close: (): void => setState('closed'),
  };
};

type ActionsProps = {
  readonly words: ConsoleOrdersWords;
  readonly api: OrdersApi;
  readonly shown: ShownOrder;
  readonly look: () => Promise<ShownOrder | null>;
};

/** What an operator can do with an order. What this person may not do says why, and is never sent. */
export const OrderActions = (props: ActionsProps) => {
  const { words, shown } = props;
  const { order } = shown;
  return (
    <section class="card stack" aria-label={words.order.actions}>
      <h2>{words.order.actions}</h2>
      <Refund {...props} />
      <Contact {...props} />
      <Retry {...props} />
      {order.invoice === null || order.checkoutId === null ? (
        <p class="small soft">{words.order.noInvoice}</p>
      ) : (
        <LinkButton wide href={`/checkouts/${encodeURIComponent(order.checkoutId)}/invoice`}>
          <Icon name="download" />
          {words.order.openInvoice(order.invoice.number)}
        </LinkButton>
      )}
    </section>
  );
};

const Refund = ({ words, api, shown, look }: ActionsProps) => {
  const { language, toast } = useConsole();
  const form = useForm();
  const button = useRef<HTMLButtonElement>(null);
  const refund = useRefund(api, shown.order.id);
  const { state, command } = refund;
  useEffect(() => {
    if (state.kind === 'done') toast.say(words.refund.done(formatMoney(state.value.amount, language.value)));
    // What was refunded, or who else did, is on the order.
    if (state.kind === 'done' || state.kind === 'refused') void look();
  }, [state.kind]);
  // The one that was begun would be sent in place of another that is asked for now.
  const isBegun = state.kind === 'signed_out' || state.kind === 'old';
  const why = whyNoRefund(shown.order, leftOf(shown.order, shown.refunds));
  const blocked = why === null || state.kind === 'asking' ? undefined : words.refund.blocked[why];
  return (
    <>
      <Allowed
        needs="refunds:write"
        wide
        buttonRef={button}
        busy={state.kind === 'asking'}
        blocked={isBegun ? words.refund.old : blocked}
        onPress={form.open}
      >
        {words.refund.open}
      </Allowed>
      {state.kind === 'idle' || state.kind === 'done' ? null : (
        <RefundNote words={words} refund={refund} currency={shown.order.total.currency} />
      )}
      {form.wasOpened ? (
        <RefundDialog
          words={words}
          isOpen={form.isOpen}
          onClose={form.close}
          shown={shown}
          look={look}
          send={(body) => {
            void command.start(body);
            // The dialog gives the focus back to the button; it stays there while the answer is awaited.
            button.current?.focus();
          }}
        />
      ) : null}
    </>
  );
};

const Contact = ({ words, api, shown: { order }, look }: ActionsProps) => {
  const { toast } = useConsole();
  const form = useForm();
  return (
    <>
      <Allowed needs="customers:write" wide onPress={form.open}>
        {words.contact.open}
      </Allowed>
      {form.wasOpened ? (
        <ContactDialog
          words={words}
          api={api}
          orderId={order.id}
          isOpen={form.isOpen}
          onClose={form.close}
          onDone={({ email, retried, resent }) => {
            form.close();
            toast.say(words.contact.done(email, retried + resent));
            void look();
          }}
        />
      ) : null}
    </>
  );
};

const Retry = ({ words, api, shown, look }: ActionsProps) => {
  const { toast } = useConsole();
  const command = useCommand();
  const taskIds = failedTaskIds(shown.timeline);
  const retry = async () => {
    const done = await command.run(() => api.retry(taskIds));
    if (done !== null) toast.say(done.retried > 0 ? words.retry.done : words.retry.nothing);
    void look();
  };
  return (
    <>
      <Allowed
        needs="queue:write"
        wide
        busy={command.isBusy}
        blocked={taskIds.length === 0 ? words.retry.none : undefined}
        onPress={() => void retry()}
      >
        {words.retry.open}
      </Allowed>
      {command.failure === null ? null : <FailureNote failure={command.failure} />}
    </>
  );
};
