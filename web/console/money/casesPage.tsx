import { useMemo, useState } from 'preact/hooks';
import { createLazyPart } from '../../frame/lazyPart.tsx';
import { useLocation } from '../../frame/location.tsx';
import { focusList } from '../../frame/pageFocus.ts';
import { useTitle } from '../../frame/useTitle.ts';
import { LinkButton } from '../../parts/Button.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Pager } from '../../parts/Pager.tsx';
import { queryOf } from '../../shared/query.ts';
import type { ConsoleMoneyWords } from '../../words/consoleEnMoney.ts';
import { useConsole } from '../console.ts';
import { casesPath } from '../orders/addresses.ts';
import { ListState } from '../orders/listState.tsx';
import { createOrdersApi } from '../orders/ordersApi.ts';
import type { PageProps } from '../page.tsx';
import { useKeptFocus } from '../useKeptFocus.ts';
import { useWatched } from '../useWatched.ts';
import { moneyPath } from './addresses.ts';
import { CaseCard } from './caseCard.tsx';
import { type CaseCommand, casesIn, caseViewOf, caseViews, checkWordsOf } from './caseStates.ts';
import { findCase } from './findCase.ts';
import { createMoneyApi, type MoneyCase } from './moneyApi.ts';

/** Few visits of the page open a form. */
const AcknowledgeDialog = createLazyPart(
  async () => (await import('./acknowledgeDialog.tsx')).AcknowledgeDialog,
);
const GiveBackDialog = createLazyPart(async () => (await import('./giveBackDialog.tsx')).GiveBackDialog);
const AssignDialog = createLazyPart(async () => (await import('./assignDialog.tsx')).AssignDialog);

/** The cases of one money check: open ones first of all, and those that somebody has dealt with. */
export const CasesPage = ({ words, params: { check = '' } }: PageProps<ConsoleMoneyWords>) => {
  const { call } = useConsole();
  const { query } = useLocation();
  const api = useMemo(() => ({ ...createOrdersApi(call), ...createMoneyApi(call) }), [call]);
  const [chosen, setChosen] = useState<{
    readonly moneyCase: MoneyCase;
    readonly command: CaseCommand;
  } | null>(null);
  const { cases: texts } = words;
  const { name, text, next } = checkWordsOf(check, words);
  const cursor = query.cursor ?? null;
  const view = caseViewOf(query.show);
  useTitle(name);
  const found = useWatched(`${check} ${cursor}`, (signal) => api.cases(check, { cursor, limit: 50 }, signal));
  // Others close cases too, and a card goes with the next answer.
  const keptFocus = useKeptFocus();
  const addressOf = (change: Readonly<Record<string, string | null>>): string =>
    casesPath(check) + queryOf({ show: view === 'open' ? null : view, cursor, open: query.open, ...change });
  const back = (
    <a class="back" href={moneyPath}>
      <Icon name="back" />
      {texts.back}
    </a>
  );
  if (found.failure?.kind === 'problem' && found.failure.problem.status === 404)
    return (
      <div class="page wide">
        {back}
        <h1>{name}</h1>
        <EmptyState title={texts.missing} action={<LinkButton href={moneyPath}>{texts.back}</LinkButton>}>
          {texts.missingText}
        </EmptyState>
      </div>
    );
  const look = (caseId: string): Promise<MoneyCase | null | undefined> =>
    findCase((from) => api.cases(check, { cursor: from, limit: 50 }), cursor, caseId);
  const close = () => setChosen(null);
  /** The card may be gone with what was done, and with it the button that had the focus. */
  const finish = () => {
    close();
    void found.reload().then(() => requestAnimationFrame(focusList));
  };
  const all = found.value?.items ?? null;
  const shown = all === null ? null : casesIn(view, all);
  const nextCursor = found.value?.nextCursor ?? null;
  const isNone = all?.length === 0 && cursor === null;
  const dialog = { words, check, look, onClose: close, onDone: finish };
  return (
    <div class="page wide" {...keptFocus}>
      {back}
      <h1>{name}</h1>
      <p>
        {text} {next}
      </p>
      <nav class="chips" aria-label={texts.show}>
        {caseViews.map((each) => (
          <a
            key={each}
            href={addressOf({ show: each === 'open' ? null : each, open: null })}
            aria-current={each === view ? 'page' : undefined}
          >
            {texts[each]}
          </a>
        ))}
      </nav>
      <h2 data-list>{texts.list}</h2>
      <ListState
        items={shown}
        failure={found.failure}
        isLoading={found.isLoading}
        reload={async () => {
          await found.reload();
        }}
        loadingLabel={texts.loading}
        empty={
          isNone
            ? { title: texts.none, text: texts.noneText }
            : { title: texts.noneOnPage, text: texts.noneOnPageText }
        }
      >
        <ul class="stack">
          {(shown ?? []).map((moneyCase) => (
            <li key={moneyCase.id}>
              <CaseCard
                words={words}
                check={check}
                moneyCase={moneyCase}
                isOpen={query.open === moneyCase.id}
                openAddress={addressOf({ open: query.open === moneyCase.id ? null : moneyCase.id })}
                loadOrders={api.checkout}
                onCommand={(command) => setChosen({ moneyCase, command })}
              />
            </li>
          ))}
        </ul>
      </ListState>
      <Pager
        label={texts.list}
        first={cursor === null ? null : { href: addressOf({ cursor: null, open: null }), label: texts.first }}
        next={
          nextCursor === null
            ? null
            : { href: addressOf({ cursor: nextCursor, open: null }), label: texts.next }
        }
      />
      {chosen?.command === 'acknowledge' ? (
        <AcknowledgeDialog {...dialog} moneyCase={chosen.moneyCase} acknowledge={api.acknowledge} />
      ) : chosen?.command === 'give_back' ? (
        <GiveBackDialog {...dialog} moneyCase={chosen.moneyCase} giveBack={api.giveBack} />
      ) : chosen?.command === 'assign' ? (
        <AssignDialog {...dialog} moneyCase={chosen.moneyCase} api={api} />
      ) : null}
    </div>
  );
};
