import { FailureNote } from '../frame/failureNote.tsx';
import { focusHeading } from '../frame/pageFocus.ts';
import { ToastText } from '../frame/toastText.tsx';
import { useTitle } from '../frame/useTitle.ts';
import { StatusLine } from '../parts/StatusLine.tsx';
import { CartPart } from './cartPart.tsx';
import { OlderOrders } from './olderOrders.tsx';
import { useShop } from './shop.ts';
import { SignInFirst } from './signInFirst.tsx';

/** What waits to be paid, and below it all older orders. */
export const OrdersPage = () => {
  const { account, words } = useShop();
  const { cartPage } = words.value;
  useTitle(cartPage.title);
  const session = account.session.value;
  const failure = account.failure.value;
  if (session) return <CartPart key={session.customerId} older={<OlderOrders />} />;
  if (session === null) return <SignInFirst title={cartPage.title} />;
  const retry = async () => {
    await account.load();
    focusHeading();
  };
  return (
    <div class="page wide">
      <h1>{cartPage.title}</h1>
      <StatusLine isFloating>
        <ToastText />
      </StatusLine>
      {failure === null ? null : <FailureNote failure={failure} onRetry={() => void retry()} />}
    </div>
  );
};
