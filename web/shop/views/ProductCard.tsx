import { useRef, useState } from 'preact/hooks';
import { Button } from '../../parts/Button.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Money } from '../../parts/Money.tsx';
import { ProductPicture } from '../../parts/ProductPicture.tsx';
import { QuantityStepper } from '../../parts/QuantityStepper.tsx';
import type { QuantityLimits, QuantityProblem, TypedQuantity } from '../../parts/quantity.ts';
import { Status } from '../../parts/Status.tsx';
import type { Product } from '../../shared/types.ts';

export type ProductCardWords = {
  readonly type: (type: string) => string;
  readonly add: string;
  /** Heard in place of `add`, because the page has many of them. */
  readonly addNamed: (name: string) => string;
  readonly soldOut: string;
  readonly left: (count: number) => string;
  readonly inCart: (quantity: number) => string;
  readonly quantityOf: (name: string) => string;
  readonly less: (name: string) => string;
  readonly more: (name: string) => string;
  readonly quantityProblem: (problem: QuantityProblem, limits: QuantityLimits) => string;
};

type ProductCardProps = {
  readonly product: Product;
  /** How many of it are in the cart. */
  readonly inCart: number;
  readonly isAdding: boolean;
  /** Why the last attempt to add it failed. It stands by the button that was pressed. */
  readonly problem: string | null;
  readonly onAdd: (quantity: number) => void;
  readonly words: ProductCardWords;
};

const orderMax = 10_000;
/** From here down, how many are left is worth a sign. */
const fewUnits = 5;

/** A product with all that one needs to order it. On a phone it is a row, on a wide page a card. */
export const ProductCard = ({ product, inCart, isAdding, problem, onAdd, words }: ProductCardProps) => {
  const { name, type, code, price, stock, imageUrl } = product;
  const [quantity, setQuantity] = useState(1);
  const typed = useRef<TypedQuantity>({ quantity, problem: null });
  const card = useRef<HTMLLIElement>(null);
  const isSoldOut = stock === 0;
  /** A wrong quantity is said by its field. Adding another one than what stands there would be a lie. */
  const add = () => {
    if (typed.current.quantity !== null) onAdd(typed.current.quantity);
    else card.current?.querySelector('input')?.focus();
  };
  return (
    <li class="card product" ref={card}>
      <ProductPicture imageUrl={imageUrl} type={type} />
      <div class="product-text">
        <h2>{name}</h2>
        <p class="small soft">
          {words.type(type)} · {code}
        </p>
        <p class="price">
          <Money value={price} />
        </p>
        <p class="row">
          <Stock stock={stock} words={words} />
          {inCart > 0 ? <Status tone="busy">{words.inCart(inCart)}</Status> : null}
        </p>
      </div>
      {isSoldOut ? null : (
        <div class="product-add">
          <QuantityStepper
            value={quantity}
            limits={{ min: 1, max: Math.min(stock ?? orderMax, orderMax) }}
            onChange={setQuantity}
            typed={typed}
            words={{
              label: words.quantityOf(name),
              less: words.less(name),
              more: words.more(name),
              problem: words.quantityProblem,
            }}
          />
          <Button look="soft" busy={isAdding} onPress={add}>
            <Icon name="cart" />
            <span aria-hidden="true">{words.add}</span>
            <span class="sr">{words.addNamed(name)}</span>
          </Button>
        </div>
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

const Stock = ({ stock, words }: { readonly stock: number | null; readonly words: ProductCardWords }) => {
  if (stock === null) return null;
  if (stock === 0) return <Status tone="bad">{words.soldOut}</Status>;
  const text = words.left(stock);
  return stock <= fewUnits ? <Status tone="warn">{text}</Status> : <span class="small soft">{text}</span>;
};
