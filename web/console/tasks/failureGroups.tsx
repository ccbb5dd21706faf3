import { Status } from '../../parts/Status.tsx';
import { addressOf, allTasks, type TaskQuery } from './taskQuery.ts';
import type { FailureGroup, Failures } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';

type FailureGroupsProps = { readonly failures: Failures | null; readonly query: TaskQuery };

/** More than these are shown when they are asked for. */
const shownMax = 4;

/** What has failed, by what went wrong. A group is a link to its tasks. */
export const FailureGroups = ({ failures, query }: FailureGroupsProps) => {
  const words = useTaskWords();
  if (failures === null || failures.items.length === 0) return null;
  const { items } = failures;
  const linkOf = (group: FailureGroup) => <Group key={nameOf(group)} group={group} query={query} />;
  return (
    <section class="stack tight" aria-label={words.groups}>
      <h2>{words.groups}</h2>
      <ul class="filters">{items.slice(0, shownMax).map(linkOf)}</ul>
      {items.length > shownMax ? (
        <details>
          <summary>{words.otherGroups(items.length - shownMax)}</summary>
          <ul class="filters">{items.slice(shownMax).map(linkOf)}</ul>
        </details>
      ) : null}
    </section>
  );
};

const nameOf = ({ pipeline, step, error }: FailureGroup): string => `${pipeline} ${step} ${error}`;

const Group = ({ group, query }: { readonly group: FailureGroup; readonly query: TaskQuery }) => {
  const words = useTaskWords();
  const { pipeline, step, error, tasks } = group;
  const isHere = query.pipeline === pipeline && query.step === step && query.error === error;
  return (
    <li>
      <a
        class="card stack tight group"
        href={addressOf({ ...allTasks, state: 'failed', pipeline, step, error })}
        aria-current={isHere ? 'true' : undefined}
      >
        <span class="row between">
          <strong>{words.step(step)}</strong>
          <Status tone="bad">{words.group(tasks)}</Status>
        </span>
        <span class="small soft">{words.pipeline(pipeline)}</span>
        <span class="small clip">{error}</span>
      </a>
    </li>
  );
};
