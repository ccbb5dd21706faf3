import { useEffect } from 'preact/hooks';
import { FailureNote } from '../frame/failureNote.tsx';
import { useLocation } from '../frame/location.tsx';
import { focusList } from '../frame/pageFocus.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Field } from '../parts/Field.tsx';
import { useLanguage } from '../parts/language.ts';
import { Pager } from '../parts/Pager.tsx';
import { Select } from '../parts/Select.tsx';
import { SkeletonRows } from '../parts/Skeleton.tsx';
import { formatCount } from '../shared/money.ts';
import { loadOlderOrders, olderStatuses } from '../shared/olderOrders.ts';
import { formatTime } from '../shared/time.ts';
import type { Order } from '../shared/types.ts';
import { cartPath, orderPath } from './addresses.ts';
import { orderTones } from './orderTones.ts';
import { picturesOf } from './picturesOf.ts';
import { useShop } from './shop.ts';
import { useAddressList } from './useAddressList.ts';
import { OrderLines } from './views/OrderLines.tsx';

/** The orders that are paid, and all older ones: to search, to filter and to leaf through. */
export const OlderOrders = () => {
  const shop = useShop();
  const { api, words } = shop;
  const pictures = picturesOf(shop);
  const { route } = useLocation();
  const language = useLanguage();
  const { orderPage, orderStatuses } = words.value;
  const { state, search, question, addressOf } = useAddressList<Order>({
    path: cartPath,
    filterName: 'status',
    ask: (asked, signal) => loadOlderOrders(api, asked, signal),
  });
  const { items, failure, isLoading, nextCursor, query } = state;
  useEffect(() => {
    pictures.want(items?.map(({ product }) => product.id) ?? []);
  }, [items]);

  const retry = async () => {
    await search.load();
    focusList();
  };
  const filter = olderStatuses.find((status) => status === question.filter) ?? '';
  const isFiltered = question.query !== '' || filter !== '';
  const isEmpty = items?.length === 0 && !isLoading && failure === null;
  return (
    <section class="stack tight" aria-label={orderPage.list}>
      <h2 data-list>{orderPage.list}</h2>
      <div class="filters">
        <Field
          label={orderPage.search}
          name="q"
          type="search"
          autoComplete="off"
          value={query}
          onInput={search.type}
        />
        <Select
          label={orderPage.status}
          value={filter}
          options={[
            { value: '', label: orderPage.anyStatus },
            ...olderStatuses.map((value) => ({ value, label: orderStatuses[value] })),
          ]}
          onChange={(next) => route(addressOf({ ...question, filter: next, cursor: null }))}
        />
      </div>
      {failure !== null ? (
        <FailureNote failure={failure} onRetry={() => void retry()} isRetrying={isLoading} />
      ) : isEmpty ? (
        <EmptyState title={isFiltered ? orderPage.nothingFound : orderPage.empty}>
          {isFiltered ? orderPage.nothingFoundText : orderPage.emptyText}
        </EmptyState>
      ) : null}
      {items === null ? (
        failure === null ? (
          <SkeletonRows label={words.value.state.loading} rows={4} />
        ) : null
      ) : items.length === 0 ? null : (
        <div aria-busy={isLoading ? 'true' : undefined}>
          <OrderLines
            label={orderPage.list}
            orders={items}
            hrefOf={orderPath}
            imageUrlOf={({ product }) => pictures.urlOf(product.id)}
            statusOf={({ status }) => ({ tone: orderTones[status], label: orderStatuses[status] })}
            aboutOf={({ number, quantity, createdAt }) =>
              [number, `× ${formatCount(quantity, language)}`, formatTime(createdAt, language)]
                .filter(Boolean)
                .join(' · ')
            }
          />
        </div>
      )}
      <Pager
        label={orderPage.list}
        first={
          question.cursor === null
            ? null
            : { href: addressOf({ ...question, cursor: null }), label: orderPage.first }
        }
        next={
          nextCursor === null
            ? null
            : { href: addressOf({ ...question, cursor: nextCursor }), label: orderPage.next }
        }
      />
    </section>
  );
};
