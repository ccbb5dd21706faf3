import type { ComponentChildren } from 'preact';
import { Button } from '../../parts/Button.tsx';
import { Checkbox } from '../../parts/Checkbox.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Money } from '../../parts/Money.tsx';
import { PayBar } from '../../parts/PayBar.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { StatusLine } from '../../parts/StatusLine.tsx';
import type { Order } from '../../shared/types.ts';
import { CartRow, type CartRowWords } from './CartRow.tsx';

type CartWords = CartRowWords & {
  readonly title: string;
  readonly loading: string;
  readonly all: string;
  readonly summary: string;
  readonly chosen: (count: number) => string;
  readonly pay: string;
  readonly safe: string;
};

type CartViewProps = {
  /** Null before the first list came. */
  readonly orders: readonly Order[] | null;
  readonly ticked: ReadonlySet<string>;
  /** Those that can be paid now. All of them where it is left out. */
  readonly tickable?: ReadonlySet<string>;
  readonly onTick: (id: string, isTicked: boolean) => void;
  readonly onTickAll: (isTicked: boolean) => void;
  readonly rowOf: (order: Order) => {
    readonly imageUrl: string | null;
    readonly isRemoving: boolean;
    readonly problem: string | null;
    /** That it is being paid, and where. */
    readonly note?: ComponentChildren;
  };
  readonly hrefOf: (id: string) => string;
  readonly onQuantity: (id: string, quantity: number) => void;
  readonly onRemove: (id: string) => void;
  /** Of what is ticked. Null where the currencies differ. */
  readonly total: Order['total'] | null;
  readonly onPay: () => void;
  /** Why one cannot pay now: nothing is ticked, offline, currencies differ. */
  readonly payBlocked: string | undefined;
  readonly isPaying: boolean;
  readonly status: ComponentChildren;
  /** Above the rows, whatever is in the cart. */
  readonly note?: ComponentChildren;
  /** In place of the rows: that the cart is empty, or what went wrong. */
  readonly instead: ComponentChildren;
  /** What is already paid, and older. */
  readonly older: ComponentChildren;
  readonly words: CartWords;
};

/** What waits to be paid. On a wide page the total stands beside it, on a phone at the foot of the window. */
export const CartView = (props: CartViewProps) => {
  const { orders, ticked, words } = props;
  const tickable = props.tickable ?? new Set(orders?.map(({ id }) => id));
  const hasOrders = orders !== null && orders.length > 0;
  return (
    <div class="page wide">
      <h1>{words.title}</h1>
      <div class={hasOrders ? 'split' : 'stack'}>
        <div class="stack">
          {props.note}
          {props.instead}
          {orders === null && props.instead === null ? <SkeletonRows label={words.loading} rows={3} /> : null}
          {hasOrders ? (
            <>
              <Checkbox
                label={words.all}
                checked={ticked.size > 0 && ticked.size === tickable.size}
                mixed={ticked.size > 0 && ticked.size < tickable.size}
                disabled={tickable.size === 0}
                onChange={props.onTickAll}
              />
              <ul class="stack tight">
                {orders.map((order) => (
                  <CartRow
                    key={order.id}
                    order={order}
                    href={props.hrefOf(order.id)}
                    isTicked={ticked.has(order.id)}
                    isTickable={tickable.has(order.id)}
                    onTick={(isTicked) => props.onTick(order.id, isTicked)}
                    onQuantity={(quantity) => props.onQuantity(order.id, quantity)}
                    onRemove={() => props.onRemove(order.id)}
                    {...props.rowOf(order)}
                    words={words}
                  />
                ))}
              </ul>
            </>
          ) : null}
        </div>
        {hasOrders ? (
          <PayBar
            label={words.summary}
            what={words.chosen(ticked.size)}
            total={props.total === null ? '–' : <Money value={props.total} />}
            action={
              <Button look="main" busy={props.isPaying} blocked={props.payBlocked} onPress={props.onPay}>
                <Icon name="card" />
                {words.pay}
              </Button>
            }
            status={<StatusLine>{props.status}</StatusLine>}
            details={<h2>{words.summary}</h2>}
            foot={
              <>
                <Icon name="shield" />
                {words.safe}
              </>
            }
          />
        ) : null}
      </div>
      {props.older}
    </div>
  );
};
