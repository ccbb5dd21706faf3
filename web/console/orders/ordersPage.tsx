import { useMemo } from 'preact/hooks';
import { useLocation } from '../../frame/location.tsx';
import { useTitle } from '../../frame/useTitle.ts';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import { useLanguage } from '../../parts/language.ts';
import { Money } from '../../parts/Money.tsx';
import { Pager } from '../../parts/Pager.tsx';
import { Select } from '../../parts/Select.tsx';
import { Status } from '../../parts/Status.tsx';
import { Table } from '../../parts/Table.tsx';
import { Time } from '../../parts/Time.tsx';
import { formatCount } from '../../shared/money.ts';
import type { Order, OrderStatus } from '../../shared/types.ts';
import type { ConsoleOrderListWords } from '../../words/consoleEnOrderList.ts';
import type { ConsoleOrdersWords } from '../../words/consoleEnOrders.ts';
import { useConsole } from '../console.ts';
import type { PageProps } from '../page.tsx';
import { useKeptFocus } from '../useKeptFocus.ts';
import { orderPath, ordersPath } from './addresses.ts';
import { FilterField } from './filterFields.tsx';
import { ListState } from './listState.tsx';
import { orderFilterNames } from './orderFilters.ts';
import { createOrdersApi } from './ordersApi.ts';
import { orderTones } from './orderTones.ts';
import { useFilteredList } from './useFilteredList.ts';

type ListWords = ConsoleOrdersWords & ConsoleOrderListWords;
type Words = { readonly words: ListWords };

/** All orders, found as shoppers find theirs, and by what an operator knows: number, customer and day. */
export const OrdersPage = ({ words }: PageProps<ListWords>) => {
  const { call } = useConsole();
  const { route } = useLocation();
  const api = useMemo(() => createOrdersApi(call), [call]);
  const { list } = words;
  useTitle(list.title);
  const found = useFilteredList<Order, (typeof orderFilterNames)[number]>({
    path: ordersPath,
    names: orderFilterNames,
    ask: (query, signal) => api.orders(query, signal),
  });
  const reset = found.isFiltered ? (
    <Button onPress={() => route(ordersPath)}>{list.reset}</Button>
  ) : undefined;
  return (
    <div class="page wide" {...useKeptFocus()}>
      <h1>{list.title}</h1>
      <Field
        label={list.search}
        name="q"
        type="search"
        autoComplete="off"
        value={found.query}
        onInput={found.search.type}
      />
      <Filters words={words} found={found} />
      <h2 class="sr" data-list>
        {list.caption}
      </h2>
      <ListState
        {...found}
        reload={found.search.load}
        loadingLabel={list.loading}
        empty={
          found.isFiltered
            ? { title: list.nothingFound, text: list.nothingFoundText, action: reset }
            : { title: list.empty, text: list.emptyText }
        }
      >
        <OrdersTable words={words} orders={found.items ?? []} />
      </ListState>
      <Pager
        label={list.caption}
        first={found.cursor === null ? null : { href: found.pageAddress(null), label: list.first }}
        next={
          found.nextCursor === null ? null : { href: found.pageAddress(found.nextCursor), label: list.next }
        }
      />
    </div>
  );
};

type Found = Pick<
  ReturnType<typeof useFilteredList<Order, (typeof orderFilterNames)[number]>>,
  'filters' | 'filter'
>;

/** Types that this page has words for. An address may name another one. */
const productTypes = ['physical', 'digital', 'service'] as const;

const Filters = ({ words, found }: Words & { readonly found: Found }) => {
  const { list, statuses, types } = words;
  const { filters, filter } = found;
  const statusNames = Object.keys(statuses) as OrderStatus[];
  const isMoreSet = moreFilters.some(({ name }) => filters[name] !== '');
  return (
    <>
      <div class="filters">
        <Select
          label={list.status}
          value={filters.status}
          options={[
            { value: '', label: list.anyStatus },
            ...statusNames.map((value) => ({ value, label: statuses[value] })),
          ]}
          onChange={(value) => filter('status', value)}
        />
        <Select
          label={list.type}
          value={filters.type}
          options={[
            { value: '', label: list.anyType },
            ...productTypes.map((value) => ({ value, label: types[value] })),
          ]}
          onChange={(value) => filter('type', value)}
        />
      </div>
      <details open={isMoreSet}>
        <summary>{list.more}</summary>
        <div class="filters">
          {moreFilters.map(({ name, type }) => (
            <FilterField
              key={name}
              label={list[name]}
              name={name}
              type={type}
              value={filters[name]}
              onCommit={(value) => filter(name, value)}
            />
          ))}
        </div>
      </details>
    </>
  );
};

/** Those that are used less often: on a phone they would push the list out of sight. */
const moreFilters = [
  { name: 'from', type: 'date' },
  { name: 'to', type: 'date' },
  { name: 'number', type: 'text' },
  { name: 'customerId', type: 'text' },
] as const;

const OrdersTable = ({
  words: { list, statuses },
  orders,
}: Words & { readonly orders: readonly Order[] }) => {
  const language = useLanguage();
  return (
    <Table
      caption={list.caption}
      rows={orders}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'order',
          head: list.order,
          cell: ({ id, product, quantity, number }) => (
            <>
              <a href={orderPath(id)}>{product.name}</a>
              <span class="small soft block">
                {[`× ${formatCount(quantity, language)}`, product.code, number].filter(Boolean).join(' · ')}
              </span>
            </>
          ),
        },
        {
          key: 'status',
          head: list.status,
          cell: ({ status, disputed }) => (
            <>
              <Status tone={orderTones[status]}>{statuses[status]}</Status>{' '}
              {disputed ? <Status tone="warn">{list.disputed}</Status> : null}
            </>
          ),
        },
        { key: 'customer', head: list.customer, cell: ({ customerId }) => customerId },
        { key: 'placed', head: list.placed, cell: ({ createdAt }) => <Time at={createdAt} /> },
        { key: 'total', head: list.total, isNumber: true, cell: ({ total }) => <Money value={total} /> },
      ]}
    />
  );
};
