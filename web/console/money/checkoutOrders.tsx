import { useEffect, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import type { CallFailure } from '../../frame/site.ts';
import { useLanguage } from '../../parts/language.ts';
import { Money } from '../../parts/Money.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { formatCount } from '../../shared/money.ts';
import type { Order } from '../../shared/types.ts';
import type { ConsoleMoneyWords } from '../../words/consoleEnMoney.ts';
import { orderPath } from '../orders/addresses.ts';
import type { OrdersApi } from '../orders/ordersApi.ts';

type CheckoutOrdersProps = {
  readonly words: ConsoleMoneyWords;
  readonly paymentId: string;
  readonly load: OrdersApi['checkout'];
};

/** The orders that a payment paid for. A checkout and its payment have one id. */
export const CheckoutOrders = ({ words: { cases: texts }, paymentId, load }: CheckoutOrdersProps) => {
  const language = useLanguage();
  const [orders, setOrders] = useState<readonly Order[] | null>(null);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const ask = async () => {
    setFailure(null);
    const outcome = await load(paymentId);
    if (outcome.kind === 'ok') setOrders(outcome.value.orders);
    else if (outcome.kind !== 'aborted') setFailure(outcome);
  };
  useEffect(() => {
    void ask();
  }, [paymentId]);
  if (failure !== null) return <FailureNote failure={failure} onRetry={() => void ask()} />;
  if (orders === null) return <SkeletonRows label={texts.loadingOrders} rows={1} />;
  return (
    <ul class="stack tight" aria-label={texts.ordersOf}>
      {orders.map(({ id, product, quantity, total }) => (
        <li key={id} class="row between">
          <span>
            <a href={orderPath(id)}>{product.name}</a> × {formatCount(quantity, language)}
          </span>
          <Money value={total} />
        </li>
      ))}
    </ul>
  );
};
