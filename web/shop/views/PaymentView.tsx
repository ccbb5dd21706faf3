import type { ComponentChildren, Ref } from 'preact';
import { Icon, type IconName } from '../../parts/Icon.tsx';
import { StatusLine } from '../../parts/StatusLine.tsx';
import { Receipt, type ReceiptProps } from './Receipt.tsx';

/**
 * - `asking`: the bank is being asked, and one can wait.
 * - `yours`: the customer has to do something.
 * - `paid`: it is done.
 * - `stopped`: it did not work, and nothing was charged.
 * - `settled`: nothing is to be done, though it went another way than expected (paid in another window).
 */
export type PaymentLook = 'asking' | 'yours' | 'paid' | 'stopped' | 'settled';

type PaymentViewProps = {
  readonly look: PaymentLook;
  readonly title: string;
  /** What it means, and what one can do. */
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly status?: ComponentChildren;
  /** Null where it is not known what was to be paid. */
  readonly receipt: ReceiptProps | null;
  /** The page gives it the focus when the state changes, so that readers of the screen hear the new one. */
  readonly titleRef?: Ref<HTMLHeadingElement>;
};

const signs: Readonly<Record<PaymentLook, { readonly icon: IconName; readonly tone: string }>> = {
  asking: { icon: 'clock', tone: 'busy' },
  yours: { icon: 'shield', tone: 'busy' },
  paid: { icon: 'check', tone: 'good' },
  stopped: { icon: 'close', tone: 'bad' },
  settled: { icon: 'info', tone: 'busy' },
};

/** The truth about one payment, whatever it is: one sign, one sentence, and what one can do now. */
export const PaymentView = ({
  look,
  title,
  children,
  actions,
  status,
  receipt,
  titleRef,
}: PaymentViewProps) => (
  <div class="page narrow">
    <section class="card payment">
      <div class={`sign ${signs[look].tone}`}>
        {look === 'asking' ? <span class="spinner" aria-hidden="true" /> : <Icon name={signs[look].icon} />}
      </div>
      <h1 tabIndex={-1} ref={titleRef ?? null}>
        {title}
      </h1>
      <div class="payment-text">{children}</div>
      {actions === undefined ? null : <div class="actions">{actions}</div>}
      <StatusLine>{status}</StatusLine>
    </section>
    {receipt === null ? null : <Receipt {...receipt} />}
  </div>
);
