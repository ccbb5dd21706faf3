import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { FailureNote } from '../frame/failureNote.tsx';
import { focusHeading } from '../frame/pageFocus.ts';
import { ToastText } from '../frame/toastText.tsx';
import { LinkButton } from '../parts/Button.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { checkoutPath, homePath, orderPath, payPath } from './addresses.ts';
import { OpenPayments } from './openPayments.tsx';
import { usePayAction } from './payAction.tsx';
import { picturesOf } from './picturesOf.ts';
import { SessionEnd } from './sessionEnd.tsx';
import { useShop } from './shop.ts';
import { useCart } from './useCart.ts';
import { CartView } from './views/CartView.tsx';

type CartPartProps = {
  readonly older: ComponentChildren;
};

/** The orders that wait to be paid. */
export const CartPart = ({ older }: CartPartProps) => {
  const shop = useShop();
  const { account, refreshes, words } = shop;
  const pictures = picturesOf(shop);
  const { cartPage, frame } = words.value;
  const { failure, isLoading } = account.cart.value;
  const cart = useCart(account.session.value?.customerId ?? '');
  const { lines, payable, selection } = cart;
  const pay = usePayAction(selection.orders);
  useEffect(() => {
    pictures.want(lines?.map(({ order }) => order.product.id) ?? []);
  }, [lines?.length]);

  const retry = async () => {
    // What failed here has often failed below as well.
    refreshes.value++;
    await account.loadCart();
    focusHeading();
  };
  const [total] = selection.totals;
  const isEmpty = lines?.length === 0;
  return (
    <>
      <CartView
        note={<OpenPayments />}
        orders={lines?.map(({ order }) => order) ?? null}
        ticked={new Set(selection.orders.map(({ id }) => id))}
        tickable={new Set(payable.map(({ id }) => id))}
        onTick={account.tick}
        onTickAll={(isTicked) =>
          account.tickAll(
            payable.map(({ id }) => id),
            isTicked,
          )
        }
        rowOf={({ id, product }) => {
          const line = lines?.find(({ order }) => order.id === id);
          return {
            imageUrl: pictures.urlOf(product.id),
            isRemoving: line?.isRemoving ?? false,
            problem: line?.problem ?? null,
            note:
              line?.attempt == null ? null : (
                <a href={line.attempt.checkoutId === null ? payPath : checkoutPath(line.attempt.checkoutId)}>
                  {cartPage.beingPaid}
                </a>
              ),
          };
        }}
        hrefOf={orderPath}
        onQuantity={(id, quantity) => {
          const line = lines?.find(({ order }) => order.id === id);
          if (line !== undefined) void cart.change(line.order, quantity);
        }}
        onRemove={(id) => {
          const line = lines?.find(({ order }) => order.id === id);
          if (line !== undefined) void cart.remove(line.order);
        }}
        total={selection.totals.length === 1 && total !== undefined ? total : null}
        onPay={pay.onPay}
        payBlocked={cart.blocked}
        isPaying={pay.isPaying || cart.isSaving}
        status={pay.status ?? <ToastText />}
        instead={
          failure !== null ? (
            <FailureNote failure={failure} onRetry={() => void retry()} isRetrying={isLoading} />
          ) : isEmpty ? (
            <EmptyState
              title={cartPage.empty}
              action={
                <LinkButton look="main" href={homePath}>
                  {frame.toProducts}
                </LinkButton>
              }
            >
              {cartPage.emptyText}
            </EmptyState>
          ) : null
        }
        older={
          // It is asked for at the same time, and shown below the cart once that has its height.
          <div hidden={lines === null && failure === null}>{older}</div>
        }
        words={cartPage}
      />
      {pay.sheet}
      <SessionEnd />
    </>
  );
};
