import { Money } from '../../parts/Money.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { Status, type Tone } from '../../parts/Status.tsx';
import type { Order } from '../../shared/types.ts';

export type ReceiptProps = {
  readonly label: string;
  readonly number: string | null;
  readonly numberLabel: string;
  /** Null while they are on their way. */
  readonly orders: readonly Order[] | null;
  readonly total: Order['total'] | null;
  readonly totalLabel: string;
  readonly loadingLabel?: string;
  /** Where each order stands, and the page of it. Left out before they are paid. */
  readonly lineOf?: (order: Order) => {
    readonly href: string;
    readonly tone: Tone;
    readonly status: string;
  };
};

/** What is paid for, line by line. */
export const Receipt = ({ label, number, numberLabel, orders, total, ...props }: ReceiptProps) => (
  <section class="card receipt" aria-label={label}>
    {number === null ? null : (
      <p class="row between small">
        <span class="soft">{numberLabel}</span>
        <span class="num">{number}</span>
      </p>
    )}
    {orders === null ? (
      <SkeletonRows label={props.loadingLabel ?? ''} rows={1} />
    ) : (
      <ul>
        {orders.map((order) => {
          const line = props.lineOf?.(order);
          return (
            <li key={order.id} class="receipt-line">
              <span class="row between">
                <span>
                  {line === undefined ? order.product.name : <a href={line.href}>{order.product.name}</a>}{' '}
                  <span class="soft num">× {order.quantity}</span>
                </span>
                <Money value={order.total} />
              </span>
              {line === undefined ? null : <Status tone={line.tone}>{line.status}</Status>}
            </li>
          );
        })}
      </ul>
    )}
    {total === null ? null : (
      <p class="row between receipt-total">
        <strong>{props.totalLabel}</strong>
        <strong>
          <Money value={total} />
        </strong>
      </p>
    )}
  </section>
);
