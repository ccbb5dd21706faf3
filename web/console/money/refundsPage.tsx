import { useMemo } from 'preact/hooks';
import { useTitle } from '../../frame/useTitle.ts';
import { LinkButton } from '../../parts/Button.tsx';
import { Money } from '../../parts/Money.tsx';
import { Pager } from '../../parts/Pager.tsx';
import { Select } from '../../parts/Select.tsx';
import { Status } from '../../parts/Status.tsx';
import { Table } from '../../parts/Table.tsx';
import { Time } from '../../parts/Time.tsx';
import type { ConsoleRefundsWords } from '../../words/consoleEnRefunds.ts';
import { wordOf } from '../../words/words.ts';
import { useConsole } from '../console.ts';
import { casesPath, orderPath, ordersPath, refundsPath } from '../orders/addresses.ts';
import { FilterField } from '../orders/filterFields.tsx';
import { ListState } from '../orders/listState.tsx';
import { refundFilterNames } from '../orders/orderFilters.ts';
import { createOrdersApi, type OrdersApi, type Refund } from '../orders/ordersApi.ts';
import { refundTones } from '../orders/orderTones.ts';
import { useFilteredList } from '../orders/useFilteredList.ts';
import type { PageProps } from '../page.tsx';
import { useKeptFocus } from '../useKeptFocus.ts';

type Name = (typeof refundFilterNames)[number];

/** All refunds by status and order, and why one failed. */
export const RefundsPage = ({ words: texts }: PageProps<ConsoleRefundsWords>) => {
  const { call } = useConsole();
  const api = useMemo(() => createOrdersApi(call), [call]);
  useTitle(texts.title);
  const found = useFilteredList<Refund, Name>({
    path: refundsPath,
    names: refundFilterNames,
    ask: (query, signal) => askForRefunds(api, query, signal),
  });
  const { filters, filter } = found;
  const statusNames = Object.keys(texts.statuses) as Refund['status'][];
  return (
    <div class="page wide" {...useKeptFocus()}>
      <h1>{texts.title}</h1>
      <p class="row">
        <a href={casesPath('disputes_open')}>{texts.disputes}</a>
        <a href={casesPath('refunds_unassigned')}>{texts.unassigned}</a>
      </p>
      <div class="filters">
        <Select
          label={texts.status}
          value={filters.status}
          options={[
            { value: '', label: texts.any },
            ...statusNames.map((value) => ({ value, label: texts.statuses[value] })),
          ]}
          onChange={(value) => filter('status', value)}
        />
        <FilterField
          label={texts.orderId}
          name="orderId"
          value={filters.orderId}
          onCommit={(value) => filter('orderId', value)}
        />
      </div>
      <h2 class="sr" data-list>
        {texts.caption}
      </h2>
      <ListState
        {...found}
        reload={found.search.load}
        loadingLabel={texts.loading}
        empty={
          found.isFiltered
            ? {
                title: texts.nothingFound,
                text: texts.nothingFoundText,
                action: <LinkButton href={refundsPath}>{texts.reset}</LinkButton>,
              }
            : {
                title: texts.empty,
                text: texts.emptyText,
                action: <LinkButton href={ordersPath}>{texts.toOrders}</LinkButton>,
              }
        }
      >
        <RefundsTable words={texts} refunds={found.items ?? []} />
      </ListState>
      <Pager
        label={texts.caption}
        first={found.cursor === null ? null : { href: found.pageAddress(null), label: texts.first }}
        next={
          found.nextCursor === null ? null : { href: found.pageAddress(found.nextCursor), label: texts.next }
        }
      />
    </div>
  );
};

/** A link to one refund names it. Then it is the whole list. */
const askForRefunds = async (
  api: OrdersApi,
  { refund, status, orderId, cursor }: Readonly<Record<Name, string>> & { readonly cursor: string | null },
  signal: AbortSignal,
) => {
  if (refund === '') return api.refunds({ status, orderId, cursor }, signal);
  const outcome = await api.refund(refund);
  return outcome.kind === 'ok'
    ? { ...outcome, value: { items: [outcome.value], nextCursor: null } }
    : outcome;
};

type RefundsTableProps = { readonly words: ConsoleRefundsWords; readonly refunds: readonly Refund[] };

const RefundsTable = ({ words: texts, refunds }: RefundsTableProps) => {
  return (
    <Table
      caption={texts.caption}
      rows={refunds}
      keyOf={({ id }) => id}
      columns={[
        { key: 'at', head: texts.at, cell: ({ createdAt }) => <Time at={createdAt} /> },
        {
          key: 'status',
          head: texts.status,
          cell: ({ status, error }) => (
            <>
              <Status tone={refundTones[status]}>{texts.statuses[status]}</Status>
              {error === null ? null : <span class="small block">{error}</span>}
            </>
          ),
        },
        {
          key: 'order',
          head: texts.order,
          cell: ({ orderId }) =>
            orderId === null ? (
              <span class="soft">{texts.noOrder}</span>
            ) : (
              <a href={orderPath(orderId)}>{texts.seeOrder}</a>
            ),
        },
        {
          key: 'reason',
          head: texts.reason,
          cell: ({ reason, origin, creditNote }) => (
            <>
              {reason}
              <span class="small soft block">
                {[wordOf(texts.origins, origin) ?? origin, creditNote].filter(Boolean).join(' · ')}
              </span>
            </>
          ),
        },
        { key: 'amount', head: texts.amount, isNumber: true, cell: ({ amount }) => <Money value={amount} /> },
      ]}
    />
  );
};
