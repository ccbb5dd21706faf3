import { useLayoutEffect, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { useLocation } from '../../frame/location.tsx';
import { useTitle } from '../../frame/useTitle.ts';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import type { ConsolePeopleWords } from '../../words/consoleEnPeople.ts';
import type { ConsoleRecordWords } from '../../words/consoleEnRecords.ts';
import { useConsole } from '../console.ts';
import { personPath } from '../orders/addresses.ts';
import type { PageProps } from '../page.tsx';
import { useCommand } from '../useCommand.ts';
import { createPeopleApi } from './peopleApi.ts';
import { Person } from './person.tsx';

/** What the shop holds of a person: find it, hand it out, and erase it. */
export const PeoplePage = ({ words: { people: words } }: PageProps<ConsoleRecordWords>) => {
  const { query } = useLocation();
  const customer = query.customer ?? '';
  useTitle(words.title);
  return (
    <div class="page wide">
      <h1>{words.title}</h1>
      <p class="soft">{words.intro}</p>
      <Search customer={customer} words={words} />
      {customer === '' ? null : <Person key={customer} customer={customer} words={words} />}
    </div>
  );
};

type SearchProps = { readonly customer: string; readonly words: ConsolePeopleWords };

const Search = ({ customer, words }: SearchProps) => {
  const { call, can } = useConsole();
  const { route } = useLocation();
  const { isBusy, failure, run } = useCommand();
  const [typed, setTyped] = useState(customer);
  // Back changes what is in the field.
  useLayoutEffect(() => setTyped(customer), [customer]);
  const find = async (text: string) => {
    // Without the right to read orders, nobody can be found by one.
    const found = can('orders:read') ? await run(() => createPeopleApi(call).find(text)) : text;
    if (found !== null) route(personPath(found));
  };
  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() !== '') void find(typed.trim());
      }}
    >
      <Field
        label={words.search}
        name="customer"
        type="search"
        autoComplete="off"
        value={typed}
        onInput={setTyped}
        hint={words.searchHint}
      />
      <div class="row">
        <Button type="submit" look="main" busy={isBusy}>
          {words.show}
        </Button>
      </div>
      {failure === null ? null : <FailureNote failure={failure} />}
    </form>
  );
};
