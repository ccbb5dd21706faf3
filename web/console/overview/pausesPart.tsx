import { Note } from '../../parts/Note.tsx';
import { Status } from '../../parts/Status.tsx';
import { Time } from '../../parts/Time.tsx';
import { queryOf } from '../../shared/query.ts';
import type { OverviewWords } from '../../words/consoleEnOverview.ts';
import { wordOf } from '../../words/words.ts';
import { useConsole } from '../console.ts';

/** What is held back, by whom and why. */
export const PausesPart = ({ words: { names, pauses } }: { readonly words: OverviewWords }) => {
  const queue = useConsole().live.queue.value;
  return (
    <section class="stack" aria-labelledby="pauses" aria-busy={queue === null}>
      <h2 id="pauses">{pauses.title}</h2>
      {queue === null ? (
        <span class="skeleton line" />
      ) : queue.pauses.length === 0 ? (
        <Status tone="good">{pauses.none}</Status>
      ) : (
        <ul class="stack">
          {queue.pauses.map(({ id, pipeline, step, origin, reason, since }) => {
            const what = `${names.pipeline(pipeline)}, ${step === null ? pauses.whole : names.step(step)}`;
            return (
              <li key={id}>
                <Note tone={origin === 'fault' ? 'warn' : 'calm'}>
                  <a
                    href={`/console/tasks${queryOf({ state: 'paused', pipeline, step })}`}
                    aria-label={pauses.show(what)}
                  >
                    {what}
                  </a>
                  <p>{reason}</p>
                  <p class="small soft">
                    {wordOf(pauses.origins, origin) ?? origin} {pauses.since} <Time at={since} />
                  </p>
                </Note>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
};
