import { useState } from 'preact/hooks';
import { SignInView } from '../frame/SignInView.tsx';
import { LinkButton } from '../parts/Button.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { withQuantity } from '../shared/changeQuantity.ts';
import type { Language } from '../shared/language.ts';
import { orderTones } from '../shop/orderTones.ts';
import { CartView } from '../shop/views/CartView.tsx';
import { CatalogueView } from '../shop/views/CatalogueView.tsx';
import { OrderLines } from '../shop/views/OrderLines.tsx';
import { PaymentView } from '../shop/views/PaymentView.tsx';
import { PaySheet } from '../shop/views/PaySheet.tsx';
import { imageUrlOf, orderOf, products, totalOf } from './data.ts';
import { Frame } from './Frame.tsx';
import { type PaymentStateName, paymentActions, paymentTextOf } from './paymentStates.tsx';
import { galleryWords } from './words.ts';

type PageProps = { readonly language: Language };

const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export const CataloguePage = ({ language, isLoading }: PageProps & { readonly isLoading: boolean }) => {
  const [query, setQuery] = useState('');
  const words = galleryWords(language);
  const found = products.filter(({ name }) => fold(name).includes(fold(query)));
  const isEmpty = found.length === 0 && !isLoading;
  return (
    <Frame language={language} here="products">
      <CatalogueView
        query={query}
        onQuery={setQuery}
        suggestions={query === '' ? null : found}
        onSuggestion={(id) => setQuery(found.find((product) => product.id === id)?.name ?? '')}
        products={isLoading ? null : found}
        isLoading={false}
        cardOf={(id) => ({
          inCart: id === products[0]?.id ? 2 : 0,
          isAdding: id === products[3]?.id,
          problem: null,
        })}
        onAdd={() => undefined}
        instead={isEmpty ? <EmptyState title={words.catalogue.nothingFound} /> : null}
        pager={null}
        status={isLoading || isEmpty ? '' : words.catalogue.added(2, products[0]?.name ?? '')}
        words={words.catalogue}
      />
    </Frame>
  );
};

const pending = [orderOf(0, 2), orderOf(1, 1), orderOf(5, 1)];

type CartPageProps = PageProps & { readonly state: 'full' | 'empty' | 'offline' | 'sheet' };

export const CartPage = ({ language, state }: CartPageProps) => {
  const words = galleryWords(language);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set(pending.slice(0, 2).map(({ id }) => id)));
  const [quantities, setQuantities] = useState<Readonly<Record<string, number>>>({});
  const [isSheetOpen, setSheetOpen] = useState(state === 'sheet');
  const [method, setMethod] = useState('pm_card_visa');
  const orders = pending.map((order) => withQuantity(order, quantities[order.id] ?? null));
  const total = totalOf(orders.filter(({ id }) => ticked.has(id)));
  return (
    <Frame language={language} here="cart" isOffline={state === 'offline'}>
      <CartView
        orders={state === 'empty' ? [] : orders}
        ticked={ticked}
        onTick={(id, isTicked) =>
          setTicked(new Set(isTicked ? [...ticked, id] : [...ticked].filter((other) => other !== id)))
        }
        onTickAll={(isTicked) => setTicked(new Set(isTicked ? pending.map(({ id }) => id) : []))}
        rowOf={(order) => ({ imageUrl: imageUrlOf(order), isRemoving: false, problem: null })}
        hrefOf={() => '?view=order'}
        onQuantity={(id, quantity) => setQuantities({ ...quantities, [id]: quantity })}
        onRemove={() => undefined}
        total={total}
        onPay={() => setSheetOpen(true)}
        payBlocked={state === 'offline' ? words.state.offlinePay : undefined}
        isPaying={false}
        status=""
        instead={
          state === 'empty' ? (
            <EmptyState
              title={words.cartPage.empty}
              action={
                <LinkButton look="main" href="?view=catalogue">
                  {words.frame.toProducts}
                </LinkButton>
              }
            >
              {words.cartPage.emptyText}
            </EmptyState>
          ) : null
        }
        older={<OlderOrders language={language} />}
        words={words.cartPage}
      />
      <PaySheet
        status=""
        isOpen={isSheetOpen}
        onClose={() => setSheetOpen(false)}
        methods={words.methods}
        method={method}
        onMethod={setMethod}
        total={total}
        onPay={() => undefined}
        isPaying={false}
        words={{
          title: words.pay.page,
          close: words.frame.close,
          method: words.pay.method,
          total: words.pay.total,
          pay: words.cartPage.pay,
        }}
      />
    </Frame>
  );
};

const OlderOrders = ({ language }: PageProps) => {
  const words = galleryWords(language);
  return (
    <section class="stack tight">
      <h2>{words.cartPage.older}</h2>
      <OrderLines
        label={words.cartPage.older}
        orders={[
          orderOf(3, 1, 'paid'),
          orderOf(2, 1, 'completed'),
          orderOf(4, 2, 'failed'),
          orderOf(0, 1, 'refunded'),
        ]}
        hrefOf={() => '?view=order'}
        imageUrlOf={imageUrlOf}
        statusOf={({ status }) => ({ tone: orderTones[status], label: words.orderStatuses[status] })}
        aboutOf={({ number, quantity }) => `${number} · × ${quantity}`}
      />
    </section>
  );
};

export const SignInPage = ({ language, isWrong }: PageProps & { readonly isWrong: boolean }) => {
  const { signIn } = galleryWords(language);
  const [email, setEmail] = useState(isWrong ? 'an@' : '');
  return (
    <Frame language={language} here="none" isSignedIn={false}>
      <SignInView
        reason={signIn.reason}
        way={{
          kind: 'demo',
          email,
          onEmail: setEmail,
          onSubmit: () => undefined,
          isBusy: false,
          hint: signIn.demo,
          problem: isWrong ? signIn.problem : undefined,
        }}
        note={null}
        words={signIn}
      />
    </Frame>
  );
};

export const PaymentPage = ({ language, state }: PageProps & { readonly state: PaymentStateName }) => {
  const { look, title, text, actions } = paymentTextOf(state, language);
  const { pay } = galleryWords(language);
  const orders = pending.slice(0, 2);
  return (
    <Frame language={language} here="none">
      <PaymentView
        look={look}
        title={title}
        actions={paymentActions(actions)}
        receipt={{
          label: pay.receipt,
          number: state === 'tooMany' ? null : 'CW-1024',
          numberLabel: pay.number,
          orders,
          total: totalOf(orders),
          totalLabel: pay.total,
        }}
      >
        {text.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </PaymentView>
    </Frame>
  );
};
