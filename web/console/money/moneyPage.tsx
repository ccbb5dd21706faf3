import { FailureNote } from '../../frame/failureNote.tsx';
import { focusHeading } from '../../frame/pageFocus.ts';
import { useTitle } from '../../frame/useTitle.ts';
import { Note } from '../../parts/Note.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { Status } from '../../parts/Status.tsx';
import { formatCount } from '../../shared/money.ts';
import { formatAge } from '../../shared/time.ts';
import type { MoneyHealth } from '../../shared/types.ts';
import type { ConsoleMoneyWords } from '../../words/consoleEnMoney.ts';
import { useConsole } from '../console.ts';
import { casesPath } from '../orders/addresses.ts';
import type { PageProps } from '../page.tsx';
import { useAsked } from '../useAsked.ts';
import { checkWordsOf } from './caseStates.ts';

/** The checks over all money: numbers that must be 0, what each means, and where its cases are. */
export const MoneyPage = ({ words }: PageProps<ConsoleMoneyWords>) => {
  const { live, refresh } = useConsole();
  const { overview } = words;
  useTitle(overview.title);
  const health = live.money.value;
  const failure = live.failure.value;
  const retry = async () => {
    await refresh();
    focusHeading();
  };
  return (
    <div class="page wide">
      <h1>{overview.title}</h1>
      {failure === null ? null : <FailureNote failure={failure} onRetry={() => void retry()} />}
      <Warnings words={words} />
      {health !== null ? (
        <Checks words={words} health={health} />
      ) : failure === null ? (
        <SkeletonRows label={overview.loading} rows={4} />
      ) : null}
    </div>
  );
};

/** `GET /health/ready`. Not ready is no warning: the page itself then says that nothing answers. */
type Ready = { readonly warnings?: readonly string[] };

const readyEveryMs = 60_000;

/** What will stop orders unless an operator does something. */
const Warnings = ({ words: { overview } }: { readonly words: ConsoleMoneyWords }) => {
  const { value } = useAsked<Ready>('/health/ready', { everyMs: readyEveryMs });
  return (value?.warnings ?? []).map((warning) => (
    <Note key={warning} tone="warn">
      <strong>{overview.warning}</strong>
      <p>{warning}</p>
    </Note>
  ));
};

type ChecksProps = { readonly words: ConsoleMoneyWords; readonly health: MoneyHealth };

const Checks = ({ words, health }: ChecksProps) => {
  const { overview } = words;
  const language = useConsole().language.value;
  const checks = Object.entries(health.checks);
  const cases = checks.reduce((sum, [, { count }]) => sum + count, 0);
  return (
    <>
      <Note tone={health.healthy ? 'good' : 'bad'}>
        <strong>{health.healthy ? overview.healthy : overview.red(cases)}</strong>
        <p>{health.healthy ? overview.healthyText : overview.redText}</p>
      </Note>
      <section class="stack tight">
        <h2>{overview.checks}</h2>
        <ul class="checks">
          {checks.map(([check, { count, oldestAgeMs }]) => {
            const { name, text } = checkWordsOf(check, words);
            return (
              <li key={check}>
                <a class={`card${count > 0 ? ' bad' : ''}`} href={casesPath(check)}>
                  <span class="row between">
                    <strong>{name}</strong>
                    <b class="num">{formatCount(count, language)}</b>
                  </span>
                  <span class="small soft">{text}</span>
                  {count > 0 ? (
                    <Status tone="bad">
                      {oldestAgeMs === null
                        ? overview.seeCases
                        : overview.oldest(formatAge(oldestAgeMs, language))}
                    </Status>
                  ) : (
                    <Status tone="good">{overview.isZero}</Status>
                  )}
                </a>
              </li>
            );
          })}
        </ul>
      </section>
    </>
  );
};
