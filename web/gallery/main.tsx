import { type ComponentChildren, render } from 'preact';
import type { Language } from '../shared/language.ts';
import { loadMessages } from '../words/messages.ts';
import { OrderPage } from './OrderPage.tsx';
import { PartsPage } from './PartsPage.tsx';
import { paymentStateNames } from './paymentStates.tsx';
import { CartPage, CataloguePage, PaymentPage, SignInPage } from './shopPages.tsx';

/**
 * All parts in all states, and each page of the shop with made up data: `?view=…&lang=vi|en`. For those who build the
 * pages. It is a bundle of its own, and no part of the product.
 */

const views: Readonly<Record<string, (language: Language) => ComponentChildren>> = {
  parts: (language) => <PartsPage language={language} />,
  catalogue: (language) => <CataloguePage language={language} isLoading={false} />,
  'catalogue-loading': (language) => <CataloguePage language={language} isLoading />,
  cart: (language) => <CartPage language={language} state="full" />,
  'cart-empty': (language) => <CartPage language={language} state="empty" />,
  'cart-offline': (language) => <CartPage language={language} state="offline" />,
  'pay-sheet': (language) => <CartPage language={language} state="sheet" />,
  order: (language) => <OrderPage language={language} isFailed={false} />,
  'order-failed': (language) => <OrderPage language={language} isFailed />,
  'sign-in': (language) => <SignInPage language={language} isWrong={false} />,
  'sign-in-wrong': (language) => <SignInPage language={language} isWrong />,
  ...Object.fromEntries(
    paymentStateNames.map((state) => [
      `payment-${state}`,
      (language: Language) => <PaymentPage language={language} state={state} />,
    ]),
  ),
};

const Index = () => (
  <main class="page narrow">
    <h1>Gallery</h1>
    <ul class="card stack" id="views">
      {Object.keys(views).map((view) => (
        <li key={view} class="row">
          <a href={`?view=${view}&lang=vi`}>{view}</a>
          <a href={`?view=${view}&lang=en`}>en</a>
        </li>
      ))}
    </ul>
  </main>
);

const query = new URLSearchParams(location.search);
const language: Language = query.get('lang') === 'en' ? 'en' : 'vi';
const view = views[query.get('view') ?? ''];
await loadMessages(language);
document.documentElement.lang = view === undefined ? 'en' : language;
document.title = `Cartwright: ${query.get('view') ?? 'gallery'}`;

const root = document.getElementById('app');
if (root !== null) render(view === undefined ? <Index /> : view(language), root);
