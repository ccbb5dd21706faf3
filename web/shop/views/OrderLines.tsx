import type { ComponentChildren } from 'preact';
import { Money } from '../../parts/Money.tsx';
import { ProductPicture } from '../../parts/ProductPicture.tsx';
import { Status, type Tone } from '../../parts/Status.tsx';
import type { Order } from '../../shared/types.ts';

type OrderLinesProps = {
  readonly label: string;
  readonly orders: readonly Order[];
  readonly hrefOf: (id: string) => string;
  readonly imageUrlOf: (order: Order) => string | null;
  readonly statusOf: (order: Order) => { readonly tone: Tone; readonly label: string };
  /** Between the name and the status: when, or how many. */
  readonly aboutOf: (order: Order) => ComponentChildren;
};

/** Orders as rows, each a link to its order. */
export const OrderLines = ({ label, orders, hrefOf, imageUrlOf, statusOf, aboutOf }: OrderLinesProps) => (
  <ul class="card lines" aria-label={label}>
    {orders.map((order) => {
      const { tone, label: status } = statusOf(order);
      return (
        <li key={order.id}>
          <a class="line" href={hrefOf(order.id)}>
            <ProductPicture imageUrl={imageUrlOf(order)} type={order.product.type} />
            <span class="line-text">
              <span class="line-name">{order.product.name}</span>
              <span class="small soft">{aboutOf(order)}</span>
            </span>
            <span class="line-end">
              <Money value={order.total} />
              <Status tone={tone}>{status}</Status>
            </span>
          </a>
        </li>
      );
    })}
  </ul>
);
