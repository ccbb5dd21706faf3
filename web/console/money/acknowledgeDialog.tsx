import { useMemo, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import { Note } from '../../parts/Note.tsx';
import { createId } from '../../shared/ids.ts';
import { formatTime } from '../../shared/time.ts';
import { useConsole } from '../console.ts';
import { useCommand } from '../useCommand.ts';
import { actorName } from './actorName.ts';
import { CaseDialog, type CaseDialogProps, CaseIsGone } from './caseDialog.tsx';
import { type CaseNews, newsOf, textProblemOf } from './caseStates.ts';
import type { MoneyApi, MoneyCase } from './moneyApi.ts';
import { useNote } from './useNote.ts';

type AcknowledgeDialogProps = CaseDialogProps & { readonly acknowledge: MoneyApi['acknowledge'] };

/**
 * Acknowledges a case with a note. The API replaces a note by the next one, so the case is looked at first: what somebody
 * else has written meanwhile is shown before it is replaced.
 */
export const AcknowledgeDialog = (props: AcknowledgeDialogProps) => {
  const { words, check, moneyCase, look, onClose, onDone, acknowledge } = props;
  const { toast } = useConsole();
  const texts = words.acknowledge;
  const command = useCommand();
  const [seen, setSeen] = useState<MoneyCase>(moneyCase);
  const [news, setNews] = useState<CaseNews>({ kind: 'same' });
  const note = useNote();
  // The same note again under the same key is one command, also where an answer was lost.
  const key = useMemo(() => createId(), [note.text]);

  const finish = () => {
    toast.say(texts.done);
    onDone();
  };
  const submit = () =>
    command.run(async () => {
      const now = await look(moneyCase.id);
      const found = now === undefined ? ({ kind: 'same' } as const) : newsOf(seen, now);
      // The same note again: an earlier answer was lost, and it was stored all the same.
      if (found.kind === 'acknowledged' && found.by.note === note.text) {
        finish();
        return { kind: 'aborted' };
      }
      setNews(found);
      if (found.kind !== 'same') {
        if (now) setSeen(now);
        return { kind: 'aborted' };
      }
      const outcome = await acknowledge(check, moneyCase.id, note.text, key);
      if (outcome.kind === 'ok') finish();
      const isGone = outcome.kind === 'problem' && outcome.problem.code === 'not_found';
      if (isGone) setNews({ kind: 'gone' });
      return isGone ? { kind: 'aborted' } : outcome;
    });
  const press = () => {
    note.press();
    if (textProblemOf(note.text) === null) void submit();
  };
  const isReplacing = seen.acknowledgement !== null;
  return (
    <CaseDialog title={texts.title} isBusy={command.isBusy} onClose={onClose}>
      {news.kind === 'gone' ? (
        <CaseIsGone words={words} onDone={onDone} />
      ) : (
        <form
          class="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            press();
          }}
        >
          {news.kind === 'acknowledged' ? <TheirNote {...props} by={news.by} /> : <p>{texts.text}</p>}
          <Field
            label={texts.note}
            name="note"
            autoComplete="off"
            required
            hint={texts.noteHint}
            value={note.value}
            onInput={note.type}
            problem={note.problemOf({ missing: texts.missing, too_long: texts.tooLong })}
          />
          {command.failure === null ? null : <FailureNote failure={command.failure} />}
          <Button look="main" type="submit" busy={command.isBusy} wide>
            {isReplacing ? texts.replace : texts.submit}
          </Button>
        </form>
      )}
    </CaseDialog>
  );
};

type TheirNoteProps = AcknowledgeDialogProps & {
  readonly by: NonNullable<MoneyCase['acknowledgement']>;
};

const TheirNote = ({ words, by, onDone }: TheirNoteProps) => {
  const { acknowledge: texts } = words;
  const language = useConsole().language.value;
  return (
    <Note tone="calm" isAlert>
      <strong>{texts.by(actorName(by.actor, words), formatTime(by.at, language))}</strong>
      <p>“{by.note}”</p>
      <p>{texts.keepText}</p>
      <Button onPress={onDone}>{texts.keep}</Button>
    </Note>
  );
};
