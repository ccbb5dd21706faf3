import type { ComponentChildren, Ref } from 'preact';
import { Button } from '../../parts/Button.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Money } from '../../parts/Money.tsx';
import { StatusLine } from '../../parts/StatusLine.tsx';
import type { Order } from '../../shared/types.ts';
import { Receipt, type ReceiptProps } from './Receipt.tsx';

type PayFormViewProps = {
  readonly title: string;
  readonly titleRef: Ref<HTMLHeadingElement>;
  /** The ways to pay, or the field for the card. */
  readonly children: ComponentChildren;
  readonly total: Order['total'] | null;
  readonly onPay: () => void;
  readonly isPaying: boolean;
  /** Why one cannot pay now. */
  readonly payBlocked: string | undefined;
  readonly status: ComponentChildren;
  readonly receipt: ReceiptProps;
  readonly back: ComponentChildren;
  readonly words: { readonly pay: string; readonly safe: string };
};

/** How to pay, where it is asked on the payment page: after a decline, and where the card is typed here. */
export const PayFormView = (props: PayFormViewProps) => (
  <div class="page narrow">
    <form
      class="card pay-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (props.payBlocked === undefined && !props.isPaying) props.onPay();
      }}
    >
      <h1 tabIndex={-1} ref={props.titleRef}>
        {props.title}
      </h1>
      {props.children}
      <Button look="main" type="submit" wide busy={props.isPaying} blocked={props.payBlocked}>
        {props.words.pay} {props.total === null ? null : <Money value={props.total} />}
      </Button>
      <StatusLine>{props.status}</StatusLine>
      <p class="foot small soft row">
        <Icon name="shield" />
        {props.words.safe}
      </p>
      {props.back}
    </form>
    <Receipt {...props.receipt} />
  </div>
);
