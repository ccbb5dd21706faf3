import type { ComponentChildren } from 'preact';
import { useLanguage } from '../../parts/language.ts';
import { Money } from '../../parts/Money.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { Status, type Tone } from '../../parts/Status.tsx';
import { formatCount } from '../../shared/money.ts';
import type { Order } from '../../shared/types.ts';

export type ReceiptProps = {
  readonly label: string;
  /** Null before the shop has given one. Its row is there all the same, so that nothing moves. */
  readonly number: string | null;
  /** Null where there is none to come. */
  readonly numberLabel: string | null;
  /** Null while they are on their way. */
  readonly orders: readonly Order[] | null;
  readonly total: Order['total'] | null;
  readonly totalLabel: string;
  readonly loadingLabel?: string;
  /** Below the total. */
  readonly foot?: ComponentChildren;
  /** Where each order stands, and the page of it. Left out before they are paid. */
  readonly lineOf?: (order: Order) => {
    readonly href: string;
    readonly tone: Tone;
    readonly status: string;
  };
};

/** What is paid for, line by line. */
export const Receipt = ({ label, number, numberLabel, orders, total, ...props }: ReceiptProps) => {
  const language = useLanguage();
  return (
    <section class="card receipt" aria-label={label}>
      {numberLabel === null ? null : (
        <p class="row between small">
          <span class="soft">{numberLabel}</span>
          <span class="num">{number ?? '–'}</span>
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
                  {line === undefined ? (
                    <span>{order.product.name}</span>
                  ) : (
                    <a href={line.href}>{order.product.name}</a>
                  )}
                  <Money value={order.total} />
                </span>
                <span class="row small">
                  <span class="soft num">× {formatCount(order.quantity, language)}</span>
                  {line === undefined ? null : <Status tone={line.tone}>{line.status}</Status>}
                </span>
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
      {props.foot}
    </section>
  );
};
