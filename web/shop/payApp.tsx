import { useEffect, useMemo } from 'preact/hooks';
import { homePath } from './addresses.ts';
import { CheckoutPage } from './checkoutPage.tsx';
import { LazyPayForm, LazySessionDialog } from './lazyPayParts.ts';
import { Opening } from './opening.tsx';
import { createPayment } from './payment.ts';
import { type Shop, useShop } from './shop.ts';
import { ShopFrame } from './shopFrame.tsx';

/** The payment document: the form, and the truth about one payment. */
export const PayApp = ({ shop }: { readonly shop: Shop }) => (
  <ShopFrame shop={shop} here="none" address={location.pathname} goHome={() => location.assign(homePath)}>
    <PayContent />
  </ShopFrame>
);

const PayContent = () => {
  const { account } = useShop();
  const session = account.session.value;
  if (session === undefined) return <Opening />;
  return session === null ? (
    <SignedOut />
  ) : (
    // A key of its own, so that nothing of one customer is shown to another.
    <PaymentOf key={session.customerId} customerId={session.customerId} />
  );
};

const PaymentOf = ({ customerId }: { readonly customerId: string }) => {
  const shop = useShop();
  const payment = useMemo(() => createPayment(shop, customerId), [shop, customerId]);
  useEffect(payment.open, [payment]);
  const orderIds = payment.form.value;
  if (orderIds !== null) return <LazyPayForm payment={payment} orderIds={orderIds} />;
  return payment.state.value.phase === 'idle' ? <Opening /> : <CheckoutPage payment={payment} />;
};

const SignedOut = () => (
  <>
    <Opening />
    <LazySessionDialog isOpen onSignedIn={() => undefined} />
  </>
);
