import { FailureNote } from '../../frame/failureNote.tsx';
import { formatCount } from '../../shared/money.ts';
import { queryOf } from '../../shared/query.ts';
import { formatSpan } from '../../shared/time.ts';
import type { OverviewWords } from '../../words/consoleEnOverview.ts';
import { useConsole } from '../console.ts';

const states = ['ready', 'running', 'waiting', 'paused', 'failed'] as const;

/** Six numbers of now. Each leads to the tasks that it counts. */
export const NumbersPart = ({ words: { numbers } }: { readonly words: OverviewWords }) => {
  const { language, live, refresh } = useConsole();
  const queue = live.queue.value;
  const failure = live.failure.value;
  const oldestMs = queue?.oldestReadyAgeMs ?? 0;
  const shown = [
    ...states.map((state) => ({
      name: numbers[state],
      value: queue === null ? null : formatCount(queue.totals[state], language.value),
      href: `/console/tasks${queryOf({ state })}`,
      isBad: state === 'failed' && (queue?.totals.failed ?? 0) > 0,
    })),
    {
      name: numbers.oldest,
      value: queue === null ? null : oldestMs === 0 ? numbers.none : formatSpan(oldestMs, language.value),
      href: `/console/tasks${queryOf({ state: 'ready' })}`,
      isBad: false,
    },
  ];
  return (
    <section class="stack" aria-label={numbers.label} aria-busy={queue === null}>
      {failure === null ? null : <FailureNote failure={failure} onRetry={() => void refresh()} />}
      <ul class="numbers">
        {shown.map(({ name, value, href, isBad }) => (
          <li key={name}>
            <a class={isBad ? 'card bad' : 'card'} href={href}>
              <span class="small soft">{name}</span>
              {value === null ? <span class="skeleton short" /> : <strong class="num">{value}</strong>}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
};
