import { LinkButton } from '../parts/Button.tsx';
import { Note } from '../parts/Note.tsx';
import { createKeep } from '../shared/keepAttempts.ts';
import { payPath } from './addresses.ts';
import { useShop } from './shop.ts';

/** Above the cart, while a payment of this browser has no result: it is not forgotten, and can be seen. */
export const OpenPayments = () => {
  const { account, shared, words } = useShop();
  const { pay } = words.value;
  const session = account.session.value;
  if (!session) return null;
  const count = createKeep(shared, session.customerId).list().length;
  if (count === 0) return null;
  return (
    <Note tone="busy">
      <p>{pay.openPayments(count)}</p>
      <LinkButton href={payPath}>{pay.openPayment}</LinkButton>
    </Note>
  );
};
