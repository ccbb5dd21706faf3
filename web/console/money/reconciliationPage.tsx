import { useMemo } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { useLocation } from '../../frame/location.tsx';
import { focusHeading } from '../../frame/pageFocus.ts';
import { useTitle } from '../../frame/useTitle.ts';
import { LinkButton } from '../../parts/Button.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Money } from '../../parts/Money.tsx';
import { Note } from '../../parts/Note.tsx';
import { Pager } from '../../parts/Pager.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { Table } from '../../parts/Table.tsx';
import { Time } from '../../parts/Time.tsx';
import { queryOf } from '../../shared/query.ts';
import type { Money as MoneyValue } from '../../shared/types.ts';
import type { ConsoleMoneyWords } from '../../words/consoleEnMoney.ts';
import { wordOf } from '../../words/words.ts';
import { useConsole } from '../console.ts';
import { casesPath, refundPath } from '../orders/addresses.ts';
import { ListState } from '../orders/listState.tsx';
import type { PageProps } from '../page.tsx';
import { useWatched } from '../useWatched.ts';
import { reconciliationPath, reconciliationsPath } from './addresses.ts';
import { createMoneyApi, type Difference, type MoneyApi, type Reconciliation } from './moneyApi.ts';

/** One day of the provider's ledger beside ours: the numbers, and where they differ. */
export const ReconciliationPage = ({ words, params: { id = '' } }: PageProps<ConsoleMoneyWords>) => {
  const { call } = useConsole();
  const api = useMemo(() => createMoneyApi(call), [call]);
  const { reconciliation: texts } = words;
  const { value, failure, reload } = useWatched(id, (signal) => api.reconciliation(id, signal));
  const title = value === null ? texts.pageTitle : texts.title(value.day);
  useTitle(title);
  const isMissing = failure?.kind === 'problem' && failure.problem.status === 404;
  const retry = async () => {
    await reload();
    focusHeading();
  };
  return (
    <div class="page wide">
      <a class="back" href={reconciliationsPath}>
        <Icon name="back" />
        {texts.back}
      </a>
      <h1>{title}</h1>
      {isMissing ? (
        <EmptyState
          title={texts.missing}
          action={<LinkButton href={reconciliationsPath}>{texts.back}</LinkButton>}
        >
          {texts.missingText}
        </EmptyState>
      ) : failure === null ? null : (
        <FailureNote failure={failure} onRetry={() => void retry()} />
      )}
      {value !== null ? (
        <Result words={words} api={api} reconciliation={value} />
      ) : failure === null ? (
        <SkeletonRows label={texts.loading} rows={3} />
      ) : null}
    </div>
  );
};

type ResultProps = {
  readonly words: ConsoleMoneyWords;
  readonly api: MoneyApi;
  readonly reconciliation: Reconciliation;
};

const Result = ({ words, api, reconciliation }: ResultProps) => {
  const { reconciliation: texts, reconciliations: labels } = words;
  const { id, status, charges, refunds, differences } = reconciliation;
  if (status === 'running') return <Note tone="busy">{texts.running}</Note>;
  return (
    <>
      <dl class="card facts slim">
        {(
          [
            [labels.charges, charges],
            [labels.refunds, refunds],
            [labels.differences, differences],
          ] as const
        ).map(([label, count]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd class="num">{count}</dd>
          </div>
        ))}
      </dl>
      {differences === 0 ? (
        <Note tone="good">
          <strong>{texts.agrees}</strong>
          <p>{texts.agreesText}</p>
        </Note>
      ) : (
        <Differences words={words} api={api} id={id} />
      )}
    </>
  );
};

type DifferencesProps = Omit<ResultProps, 'reconciliation'> & { readonly id: string };

const Differences = ({ words, api, id }: DifferencesProps) => {
  const { query } = useLocation();
  const { reconciliation: texts } = words;
  const cursor = query.cursor ?? null;
  const { value, failure, isLoading, reload } = useWatched(`${id} ${cursor}`, (signal) =>
    api.differences(id, { cursor, limit: 50 }, signal),
  );
  const nextCursor = value?.nextCursor ?? null;
  return (
    <section class="stack">
      <h2 class="sr" data-list>
        {texts.caption}
      </h2>
      <p class="row">
        <a href={casesPath('ledger_differences')}>{texts.toCases}</a>
        <span class="small soft">{texts.stored}</span>
      </p>
      <ListState
        items={value?.items ?? null}
        failure={failure}
        isLoading={isLoading}
        reload={async () => {
          await reload();
        }}
        loadingLabel={texts.loading}
        empty={{ title: texts.agrees, text: texts.agreesText }}
      >
        <DifferencesTable words={words} rows={value?.items ?? []} />
      </ListState>
      <Pager
        label={texts.caption}
        first={cursor === null ? null : { href: reconciliationPath(id), label: texts.first }}
        next={
          nextCursor === null
            ? null
            : { href: reconciliationPath(id) + queryOf({ cursor: nextCursor }), label: texts.next }
        }
      />
    </section>
  );
};

type DifferencesTableProps = { readonly words: ConsoleMoneyWords; readonly rows: readonly Difference[] };

const DifferencesTable = ({ words, rows }: DifferencesTableProps) => {
  const { reconciliation: texts } = words;
  const amountOf = (amount: MoneyValue | null) =>
    amount === null ? <span class="soft">{texts.none}</span> : <Money value={amount} />;
  return (
    <Table
      caption={texts.caption}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'kind',
          head: texts.kind,
          cell: ({ kind, providerId, refundId }) => (
            <>
              {wordOf(words.differences, kind) ?? words.otherDifference(kind)}
              <span class="small soft block">{providerId}</span>
              {refundId === null ? null : (
                <a class="small" href={refundPath(refundId)}>
                  {words.cases.refund}
                </a>
              )}
            </>
          ),
        },
        { key: 'ours', head: texts.ours, isNumber: true, cell: ({ ours }) => amountOf(ours) },
        { key: 'theirs', head: texts.theirs, isNumber: true, cell: ({ theirs }) => amountOf(theirs) },
        { key: 'at', head: texts.at, cell: ({ at }) => <Time at={at} /> },
      ]}
    />
  );
};
