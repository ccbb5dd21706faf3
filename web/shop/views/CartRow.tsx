import type { ComponentChildren } from 'preact';
import { Button } from '../../parts/Button.tsx';
import { Checkbox } from '../../parts/Checkbox.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { useLanguage } from '../../parts/language.ts';
import { Money } from '../../parts/Money.tsx';
import { ProductPicture } from '../../parts/ProductPicture.tsx';
import { QuantityStepper } from '../../parts/QuantityStepper.tsx';
import type { QuantityLimits, QuantityProblem } from '../../parts/quantity.ts';
import { formatCount } from '../../shared/money.ts';
import { formatTime } from '../../shared/time.ts';
import type { Order } from '../../shared/types.ts';

export type CartRowWords = {
  readonly tick: (name: string) => string;
  readonly expires: (time: string) => string;
  readonly remove: (name: string) => string;
  readonly quantityOf: (name: string) => string;
  readonly less: (name: string) => string;
  readonly more: (name: string) => string;
  readonly quantityProblem: (problem: QuantityProblem, limits: QuantityLimits) => string;
};

type CartRowProps = {
  readonly order: Order;
  readonly href: string;
  /** The product's picture. Orders have none of their own. */
  readonly imageUrl: string | null;
  readonly isTicked: boolean;
  readonly isTickable: boolean;
  readonly onTick: (isTicked: boolean) => void;
  readonly onQuantity: (quantity: number) => void;
  readonly onRemove: () => void;
  readonly isRemoving: boolean;
  /** What went wrong with this row, in words. */
  readonly problem: string | null;
  /** That it is being paid, and where. It cannot be changed then. */
  readonly note?: ComponentChildren;
  readonly words: CartRowWords;
};

const limits: QuantityLimits = { min: 1, max: 10_000 };

/** An order that waits to be paid. The name leads to the order; the box has a target of its own. */
export const CartRow = (props: CartRowProps) => {
  const { order, words, problem } = props;
  const { name, type } = order.product;
  const language = useLanguage();
  const isBeingPaid = props.note != null;
  return (
    <li class="card cart-row" data-order={order.id}>
      <Checkbox
        label={words.tick(name)}
        isLabelHidden
        checked={props.isTicked}
        disabled={!props.isTickable}
        onChange={props.onTick}
      />
      <ProductPicture imageUrl={props.imageUrl} type={type} />
      <div class="cart-text">
        <a href={props.href}>{name}</a>
        <p class="small soft">{props.note ?? words.expires(formatTime(order.expiresAt, language))}</p>
      </div>
      <div class="cart-foot">
        {isBeingPaid ? (
          <span class="small soft num">× {formatCount(order.quantity, language)}</span>
        ) : (
          <QuantityStepper
            value={order.quantity}
            limits={limits}
            onChange={props.onQuantity}
            words={{
              label: words.quantityOf(name),
              less: words.less(name),
              more: words.more(name),
              problem: words.quantityProblem,
            }}
          />
        )}
        <strong class="cart-total">
          <Money value={order.total} />
        </strong>
      </div>
      {isBeingPaid ? null : (
        <Button look="quiet" label={words.remove(name)} busy={props.isRemoving} onPress={props.onRemove}>
          <Icon name="trash" />
        </Button>
      )}
      {problem === null ? null : (
        <p class="problem" role="alert">
          <Icon name="warn" />
          {problem}
        </p>
      )}
    </li>
  );
};
