import { useLayoutEffect, useState } from 'preact/hooks';
import { useLocation } from '../../frame/location.tsx';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Select } from '../../parts/Select.tsx';
import { pipelineNames, stepNames, withCurrent } from './pipelines.ts';
import {
  addressOf,
  allTasks,
  type FilterName,
  filtersOf,
  isId,
  type TaskQuery,
  withFilter,
} from './taskQuery.ts';
import { type Queue, taskStates } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';

type TaskFiltersProps = { readonly query: TaskQuery; readonly totals: Queue['totals'] | null };

/** What the list shows. Each choice is an address. */
export const TaskFilters = ({ query, totals }: TaskFiltersProps) => {
  const words = useTaskWords();
  const { route } = useLocation();
  return (
    <section class="stack tight" aria-label={words.filters}>
      <nav class="chips" aria-label={words.filterNames.state}>
        {[null, ...taskStates].map((state) => (
          <a
            key={state}
            href={addressOf(withFilter(query, { state }))}
            aria-current={state === query.state ? 'true' : undefined}
          >
            {state === null ? words.any : words.states[state]}
            {state === null || totals === null ? null : (
              <span class="num">{words.number(totals[state])}</span>
            )}
          </a>
        ))}
      </nav>
      <div class="filters">
        <Select
          label={words.filterNames.pipeline}
          value={query.pipeline ?? ''}
          options={optionsOf(withCurrent(pipelineNames, query.pipeline), words.any, words.pipeline)}
          onChange={(value) => route(addressOf(withFilter(query, { pipeline: value || null, step: null })))}
        />
        <Select
          label={words.filterNames.step}
          value={query.step ?? ''}
          options={optionsOf(withCurrent(stepNames(query.pipeline), query.step), words.any, words.step)}
          onChange={(value) => route(addressOf(withFilter(query, { step: value || null })))}
        />
        <OrderFilter query={query} />
      </div>
      <ActiveFilters query={query} />
    </section>
  );
};

export const optionsOf = (names: readonly string[], any: string, label: (name: string) => string) => [
  { value: '', label: any },
  ...names.map((value) => ({ value, label: label(value) })),
];

const OrderFilter = ({ query }: Pick<TaskFiltersProps, 'query'>) => {
  const words = useTaskWords();
  const { route } = useLocation();
  const [text, setText] = useState(query.orderId ?? '');
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useLayoutEffect(() => setText(query.orderId ?? ''), [query.orderId]);
  const submit = () => {
    const id = text.trim().toLowerCase();
    if (id !== '' && !isId(id)) return setProblem(words.orderProblem);
    setProblem(undefined);
    route(addressOf(withFilter(query, { orderId: id || null })));
  };
  return (
    <form
      class="order-filter"
      data-search
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field
        label={words.order}
        name="orderId"
        type="search"
        autoComplete="off"
        value={text}
        onInput={setText}
        problem={problem}
      />
      <Button type="submit" label={words.showOrder}>
        <Icon name="search" />
      </Button>
    </form>
  );
};

/** What narrows the list, each with the way to take it away. */
const ActiveFilters = ({ query }: Pick<TaskFiltersProps, 'query'>) => {
  const words = useTaskWords();
  const filters = filtersOf(query);
  if (filters.length === 0) return null;
  const texts: Readonly<Record<FilterName, string>> = {
    state: query.state === null ? '' : words.states[query.state],
    pipeline: words.pipeline(query.pipeline ?? ''),
    step: words.step(query.step ?? ''),
    error: query.error ?? '',
    orderId: query.orderId ?? '',
  };
  return (
    <ul class="chips removable">
      {filters.map(({ name }) => (
        <li key={name}>
          <a
            href={addressOf(withFilter(query, { [name]: null }))}
            aria-label={words.removeFilter(`${words.filterNames[name]}: ${texts[name]}`)}
          >
            <span class="clip">
              {words.filterNames[name]}: {texts[name]}
            </span>
            <Icon name="close" />
          </a>
        </li>
      ))}
      {filters.length > 1 ? (
        <li>
          <a href={addressOf(allTasks)}>{words.clear}</a>
        </li>
      ) : null}
    </ul>
  );
};
