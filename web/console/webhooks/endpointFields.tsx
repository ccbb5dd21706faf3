import type { Ref } from 'preact';
import { Button } from '../../parts/Button.tsx';
import { Checkbox } from '../../parts/Checkbox.tsx';
import { Field } from '../../parts/Field.tsx';
import { Problem } from '../../parts/Problem.tsx';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { type EndpointForm, eventTypes } from './endpointForm.ts';
import { eventWord } from './eventWord.ts';
import type { EventType } from './webhookApi.ts';

type EndpointFieldsProps = {
  readonly form: EndpointForm;
  readonly words: ConsoleWebhookWords;
  readonly urlProblem: string | undefined;
  readonly eventsProblem: string | undefined;
  readonly urlRef: Ref<HTMLInputElement>;
  readonly onEdit: (changes: Partial<EndpointForm>) => void;
};

/** What an endpoint is: where events are sent, and which. */
export const EndpointFields = ({
  form,
  words,
  urlProblem,
  eventsProblem,
  urlRef,
  onEdit,
}: EndpointFieldsProps) => {
  const { form: texts } = words;
  const tick = (type: EventType, isChosen: boolean) => {
    const events = new Set(form.events);
    if (isChosen) events.add(type);
    else events.delete(type);
    onEdit({ events });
  };
  return (
    <>
      <Field
        label={texts.url}
        name="url"
        type="url"
        autoComplete="off"
        required
        value={form.url}
        onInput={(url) => onEdit({ url })}
        hint={texts.urlHint}
        problem={urlProblem}
        inputRef={urlRef}
      />
      <fieldset class="choices" aria-describedby={eventsProblem === undefined ? undefined : 'no-events'}>
        <legend>{texts.events}</legend>
        <div class="row">
          <Button onPress={() => onEdit({ events: new Set(eventTypes) })}>{texts.all}</Button>
          <Button onPress={() => onEdit({ events: new Set() })}>{texts.none}</Button>
        </div>
        {eventTypes.map((type) => (
          <Checkbox
            key={type}
            checked={form.events.has(type)}
            label={
              <>
                {eventWord(words, type)} <code class="small soft">{type}</code>
              </>
            }
            onChange={(isChosen) => tick(type, isChosen)}
          />
        ))}
        {eventsProblem === undefined ? null : (
          <div role="alert">
            <Problem id="no-events" text={eventsProblem} />
          </div>
        )}
      </fieldset>
    </>
  );
};
