import { useEffect, useState } from 'preact/hooks';
import { FailureNote } from '../frame/failureNote.tsx';
import { useLocation } from '../frame/location.tsx';
import { focusHeading } from '../frame/pageFocus.ts';
import { ToastText } from '../frame/toastText.tsx';
import { useTitle } from '../frame/useTitle.ts';
import { Button } from '../parts/Button.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Pager } from '../parts/Pager.tsx';
import { createAddToCart } from '../shared/addToCart.ts';
import { createId } from '../shared/ids.ts';
import type { Messages } from '../words/en.ts';
import { explain } from '../words/messages.ts';
import { cartPath, homePath, signInPath } from './addresses.ts';
import { perShop } from './perShop.ts';
import { picturesOf } from './picturesOf.ts';
import { useShop } from './shop.ts';
import { useAddressList } from './useAddressList.ts';
import { CatalogueView } from './views/CatalogueView.tsx';
import { keepWish, takeWish } from './wish.ts';

const pageSize = 24;
/** What fits above a phone's keyboard. */
const suggestionsMax = 6;

/** Find a product, and put it in the cart. */
export const FindPage = () => {
  const shop = useShop();
  const { route } = useLocation();
  const words = shop.words.value;
  const { state, search, question, addressOf } = useAddressList({
    path: homePath,
    filterName: 'type',
    ask: ({ query, filter, cursor }, signal) =>
      shop.api.products({ q: query, type: filter, cursor, limit: pageSize }, signal),
  });
  const [isTyping, setTyping] = useState(false);
  const adding = useAdding();
  useTitle(words.catalogue.title);
  const { items, failure, isLoading, nextCursor } = state;
  useEffect(() => {
    if (items !== null) picturesOf(shop).learn(items);
  }, [items]);

  const retry = async () => {
    await search.load();
    focusHeading();
  };
  const isFiltered = question.query !== '' || question.filter !== '';
  const isEmpty = items?.length === 0 && !isLoading && failure === null;
  return (
    <CatalogueView
      query={state.query}
      onQuery={(query) => {
        setTyping(query !== '');
        search.type(query);
      }}
      onSubmit={() => void search.load()}
      suggestions={isTyping && !isLoading ? (items?.slice(0, suggestionsMax) ?? null) : null}
      onSuggestion={(id) => {
        setTyping(false);
        search.type(items?.find((product) => product.id === id)?.name ?? '');
        void search.load();
      }}
      filter={
        <nav class="chips" aria-label={words.catalogue.typeLabel}>
          {typesOf(question.filter, words).map(({ value, label }) => (
            <a
              key={value}
              href={addressOf({ ...question, filter: value, cursor: null })}
              aria-current={value === question.filter ? 'true' : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
      }
      products={isEmpty ? [] : items}
      isLoading={isLoading && items !== null}
      cardOf={adding.cardOf}
      onAdd={adding.add}
      instead={
        failure !== null ? (
          <FailureNote failure={failure} onRetry={() => void retry()} isRetrying={isLoading} />
        ) : isEmpty ? (
          <EmptyState
            title={isFiltered ? words.catalogue.nothingFound : words.catalogue.empty}
            action={
              isFiltered ? (
                <Button
                  onPress={() => {
                    route(homePath);
                    focusHeading();
                  }}
                >
                  {words.catalogue.showAll}
                </Button>
              ) : undefined
            }
          >
            {isFiltered ? words.catalogue.nothingFoundText : words.catalogue.emptyText}
          </EmptyState>
        ) : null
      }
      pager={
        <Pager
          label={words.catalogue.pages}
          first={
            question.cursor === null
              ? null
              : { href: addressOf({ ...question, cursor: null }), label: words.catalogue.back }
          }
          next={
            nextCursor === null || isEmpty
              ? null
              : { href: addressOf({ ...question, cursor: nextCursor }), label: words.catalogue.next }
          }
        />
      }
      status={<ToastText />}
      words={words.catalogue}
    />
  );
};

/** A type in the address that this page has no word for is one of them, so that the page tells the truth. */
const typesOf = (filter: string, { catalogue, productTypes }: Messages) => {
  const known = [
    { value: '', label: catalogue.allTypes },
    ...Object.entries(productTypes).map(([value, label]) => ({ value, label })),
  ];
  return known.some(({ value }) => value === filter) ? known : [...known, { value: filter, label: filter }];
};

const addingOf = perShop(({ api }) => createAddToCart(api.placeOrder, () => createId()));

/** What the add buttons of the page do and show. */
const useAdding = () => {
  const shop = useShop();
  const { account, language, toast } = shop;
  const adding = addingOf(shop);
  const { url, route } = useLocation();
  const words = shop.words.value;
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [, setVersion] = useState(0);
  const orders = account.cart.value.orders ?? [];

  const add = async (productId: string, quantity: number, name: string) => {
    if (account.session.value === null) {
      keepWish({ productId, quantity, name });
      return route(signInPath(url));
    }
    setProblems(({ [productId]: _, ...others }) => others);
    const adds = adding.add(productId, quantity);
    setVersion((version) => version + 1);
    const outcome = await adds;
    setVersion((version) => version + 1);
    if (outcome === null || outcome.kind === 'aborted') return;
    if (outcome.kind === 'ok') {
      // What is new is ticked, also where an older order of it was not.
      account.addOrder(outcome.value);
      toast.say(words.catalogue.added(quantity, name), { href: cartPath, label: words.frame.toCart });
      return;
    }
    const { title, text } = explain(outcome, language.value);
    setProblems((others) => ({ ...others, [productId]: `${title}. ${text}` }));
  };
  const customerId = account.session.value?.customerId ?? null;
  useEffect(() => {
    const wish = customerId === null ? null : takeWish();
    if (wish !== null) void add(wish.productId, wish.quantity, wish.name);
  }, [customerId]);
  return {
    add,
    cardOf: (productId: string) => ({
      inCart: orders
        .filter(({ product }) => product.id === productId)
        .reduce((sum, { quantity }) => sum + quantity, 0),
      isAdding: adding.isAdding(productId),
      problem: problems[productId] ?? null,
    }),
  };
};
