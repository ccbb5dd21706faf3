import { Button } from '../../parts/Button.tsx';
import { Choices } from '../../parts/Choices.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Money } from '../../parts/Money.tsx';
import { StatusLine } from '../../parts/StatusLine.tsx';
import type { Order } from '../../shared/types.ts';

type PaySheetProps = {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly methods: readonly { readonly value: string; readonly label: string; readonly hint?: string }[];
  readonly method: string;
  readonly onMethod: (method: string) => void;
  readonly total: Order['total'];
  readonly onPay: () => void;
  readonly isPaying: boolean;
  readonly status: string;
  readonly words: {
    readonly title: string;
    readonly close: string;
    readonly method: string;
    readonly total: string;
    readonly pay: string;
  };
};

/** How to pay. It opens over the cart, and the button says once more what it costs. */
export const PaySheet = (props: PaySheetProps) => {
  const { words } = props;
  return (
    <Dialog
      isOpen={props.isOpen}
      isSheet
      title={words.title}
      closeLabel={words.close}
      onClose={props.isPaying ? undefined : props.onClose}
      actions={
        <Button look="main" wide busy={props.isPaying} onPress={props.onPay}>
          {words.pay} <Money value={props.total} />
        </Button>
      }
    >
      <Choices label={words.method} value={props.method} onChange={props.onMethod} options={props.methods} />
      <p class="row between total-line">
        <span class="soft">{words.total}</span>
        <strong>
          <Money value={props.total} />
        </strong>
      </p>
      <StatusLine>{props.status}</StatusLine>
    </Dialog>
  );
};
