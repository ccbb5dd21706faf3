import { useMemo, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { useLocation } from '../../frame/location.tsx';
import { useTitle } from '../../frame/useTitle.ts';
import { Field } from '../../parts/Field.tsx';
import { Pager } from '../../parts/Pager.tsx';
import { Status } from '../../parts/Status.tsx';
import { Table } from '../../parts/Table.tsx';
import { Time } from '../../parts/Time.tsx';
import { createId } from '../../shared/ids.ts';
import { queryOf } from '../../shared/query.ts';
import type { ConsoleMoneyWords } from '../../words/consoleEnMoney.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { ListState } from '../orders/listState.tsx';
import type { PageProps } from '../page.tsx';
import { useCommand } from '../useCommand.ts';
import { useWatched } from '../useWatched.ts';
import { reconciliationPath, reconciliationsPath } from './addresses.ts';
import { createMoneyApi, type MoneyApi, type Reconciliation } from './moneyApi.ts';

/** Which days were compared with the provider's ledger, and a form to compare another. */
export const ReconciliationsPage = ({ words }: PageProps<ConsoleMoneyWords>) => {
  const { call } = useConsole();
  const { query } = useLocation();
  const api = useMemo(() => createMoneyApi(call), [call]);
  const { reconciliations: texts } = words;
  const cursor = query.cursor ?? null;
  useTitle(texts.title);
  const { value, failure, isLoading, reload } = useWatched(`reconciliations ${cursor}`, (signal) =>
    api.reconciliations({ cursor }, signal),
  );
  const load = async (): Promise<void> => {
    await reload();
  };
  const nextCursor = value?.nextCursor ?? null;
  return (
    <div class="page wide">
      <h1>{texts.title}</h1>
      <Start words={words} api={api} reload={load} />
      <h2 class="sr" data-list>
        {texts.caption}
      </h2>
      <ListState
        items={value?.items ?? null}
        failure={failure}
        isLoading={isLoading}
        reload={load}
        loadingLabel={texts.loading}
        empty={{ title: texts.empty, text: texts.emptyText }}
      >
        <ReconciliationsTable words={words} rows={value?.items ?? []} />
      </ListState>
      <Pager
        label={texts.caption}
        first={cursor === null ? null : { href: reconciliationsPath, label: texts.first }}
        next={
          nextCursor === null
            ? null
            : { href: reconciliationsPath + queryOf({ cursor: nextCursor }), label: texts.next }
        }
      />
    </div>
  );
};

type StartProps = {
  readonly words: ConsoleMoneyWords;
  readonly api: MoneyApi;
  readonly reload: () => Promise<void>;
};

const Start = ({ words: { reconciliations: texts }, api, reload }: StartProps) => {
  const { toast } = useConsole();
  const command = useCommand();
  const [day, setDay] = useState('');
  const [hasPressed, setPressed] = useState(false);
  /** Once it has begun, another press is another reconciliation. */
  const [begun, setBegun] = useState(0);
  const key = useMemo(() => createId(), [day, begun]);
  const { failure } = command;
  const isInvalid =
    (hasPressed && day === '') ||
    (failure?.kind === 'problem' && failure.problem.code === 'validation_failed');
  const submit = async () => {
    setPressed(true);
    if (day === '') return;
    const started = await command.run(() => api.reconcile(day, key));
    if (started === null) return;
    setBegun((count) => count + 1);
    toast.say(texts.started(started.day));
    await reload();
  };
  return (
    <form
      class="card stack tight slim"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field
        label={texts.day}
        name="day"
        type="date"
        hint={texts.dayHint}
        value={day}
        onInput={(value) => {
          setDay(value);
          command.forget();
        }}
        problem={isInvalid ? texts.dayProblem : undefined}
      />
      <div class="row">
        <Allowed needs="money:write" type="submit" busy={command.isBusy}>
          {texts.start}
        </Allowed>
      </div>
      {failure === null || isInvalid ? null : <FailureNote failure={failure} />}
    </form>
  );
};

type TableProps = { readonly words: ConsoleMoneyWords; readonly rows: readonly Reconciliation[] };

const ReconciliationsTable = ({ words: { reconciliations: texts }, rows }: TableProps) => (
  <Table
    caption={texts.caption}
    rows={rows}
    keyOf={({ id }) => id}
    columns={[
      {
        key: 'day',
        head: texts.day,
        cell: ({ id, day }) => (
          <a href={reconciliationPath(id)} aria-label={texts.see(day)}>
            {day}
          </a>
        ),
      },
      {
        key: 'status',
        head: texts.status,
        cell: ({ status, differences }) =>
          status === 'running' ? (
            <Status tone="busy">{texts.running}</Status>
          ) : (
            <Status tone={differences === 0 ? 'good' : 'bad'}>
              {differences === 0 ? texts.agree : texts.differ}
            </Status>
          ),
      },
      { key: 'charges', head: texts.charges, isNumber: true, cell: ({ charges }) => charges ?? '–' },
      { key: 'refunds', head: texts.refunds, isNumber: true, cell: ({ refunds }) => refunds ?? '–' },
      {
        key: 'differences',
        head: texts.differences,
        isNumber: true,
        cell: ({ differences }) => differences ?? '–',
      },
      { key: 'at', head: texts.at, cell: ({ createdAt }) => <Time at={createdAt} /> },
    ]}
  />
);
