import { useLayoutEffect, useState } from 'preact/hooks';
import { useLocation } from '../../frame/location.tsx';
import { useTitle } from '../../frame/useTitle.ts';
import { Button, LinkButton } from '../../parts/Button.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { Field } from '../../parts/Field.tsx';
import { Select } from '../../parts/Select.tsx';
import type { ConsoleRecordWords } from '../../words/consoleEnRecords.ts';
import { ListBody } from '../listBody.tsx';
import type { PageProps } from '../page.tsx';
import { useKeptFocus } from '../useKeptFocus.ts';
import { useList } from '../useList.ts';
import {
  type ActivityQuestion,
  activityAddress,
  activityPath,
  isFiltered,
  readActivityAddress,
} from './activityAddress.ts';
import { ActivityTable } from './activityTable.tsx';
import { type Activity, activityListPath } from './recordApi.ts';

/** Who did what, on what, and when. */
export const ActivityPage = ({ words }: PageProps<ConsoleRecordWords>) => {
  const { query, route } = useLocation();
  const question = readActivityAddress(query);
  const list = useList<Activity>(activityListPath(question));
  const texts = words.activity;
  useTitle(texts.title);
  return (
    <div class="page wide records" {...useKeptFocus()}>
      <h1>{texts.title}</h1>
      <Filters question={question} words={words} onShow={(next) => route(activityAddress(next))} />
      <ListBody
        list={list}
        empty={
          isFiltered(question) ? (
            <EmptyState title={texts.nothingFound}>{texts.nothingFoundText}</EmptyState>
          ) : (
            <EmptyState title={texts.empty}>{texts.emptyText}</EmptyState>
          )
        }
        cursor={question.cursor}
        hrefAt={(cursor) => activityAddress({ ...question, cursor })}
        labels={texts}
      >
        {(shown) => (
          <ActivityTable
            rows={shown}
            words={words}
            hrefOf={(changes) => activityAddress({ ...question, ...changes, cursor: null })}
          />
        )}
      </ListBody>
    </div>
  );
};

type FiltersProps = {
  readonly question: ActivityQuestion;
  readonly words: ConsoleRecordWords;
  readonly onShow: (question: ActivityQuestion) => void;
};

/** An id is not searched for letter by letter, so it is asked for when all fields are filled. */
const Filters = ({ question, words, onShow }: FiltersProps) => {
  const texts = words.activity;
  const [typed, setTyped] = useState(question);
  const address = activityAddress(question);
  // Back, and a link to a filter, change what is in the fields.
  useLayoutEffect(() => setTyped(question), [address]);
  const edit = (changes: Partial<ActivityQuestion>) => setTyped({ ...typed, ...changes });
  const actions = Object.entries<string>(texts.actions);
  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault();
        const { actor, target, ...others } = typed;
        onShow({ ...others, actor: actor.trim(), target: target.trim(), cursor: null });
      }}
    >
      <div class="filters">
        <Field
          label={texts.actor}
          name="actor"
          type="search"
          autoComplete="off"
          value={typed.actor}
          onInput={(actor) => edit({ actor })}
          hint={texts.actorHint}
        />
        <Field
          label={texts.target}
          name="target"
          type="search"
          autoComplete="off"
          value={typed.target}
          onInput={(target) => edit({ target })}
          hint={texts.targetHint}
        />
      </div>
      <div class="filters">
        <Select
          label={texts.action}
          value={typed.action}
          options={[
            { value: '', label: texts.anyAction },
            ...actions.map(([value, label]) => ({ value, label })),
            // An address may name a command that is newer than this page.
            ...(typed.action === '' || actions.some(([value]) => value === typed.action)
              ? []
              : [{ value: typed.action, label: typed.action }]),
          ]}
          onChange={(action) => edit({ action })}
        />
        <Field
          label={texts.from}
          name="from"
          type={dayType(typed.from)}
          value={typed.from}
          onInput={(from) => edit({ from })}
        />
        <Field
          label={texts.to}
          name="to"
          type={dayType(typed.to)}
          value={typed.to}
          onInput={(to) => edit({ to })}
        />
      </div>
      <div class="row">
        <Button type="submit">{texts.apply}</Button>
        {isFiltered(question) ? (
          <LinkButton look="quiet" href={activityPath}>
            {texts.clear}
          </LinkButton>
        ) : null}
      </div>
    </form>
  );
};

/** An address may have a time, which a field for days cannot show. */
const dayType = (value: string): 'date' | 'text' =>
  value === '' || /^\d{4}-\d\d-\d\d$/.test(value) ? 'date' : 'text';
