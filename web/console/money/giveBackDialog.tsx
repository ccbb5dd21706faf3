import { useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import { Note } from '../../parts/Note.tsx';
import { formatMoney } from '../../shared/money.ts';
import { useConsole } from '../console.ts';
import { useCommand } from '../useCommand.ts';
import { CaseDialog, type CaseDialogProps, CaseIsGone } from './caseDialog.tsx';
import { textProblemOf } from './caseStates.ts';
import type { MoneyApi } from './moneyApi.ts';
import { useNote } from './useNote.ts';

type GiveBackDialogProps = CaseDialogProps & { readonly giveBack: MoneyApi['giveBack'] };

/**
 * Gives a charge without an order back. It goes back once, whoever asks and however often, so nothing is looked at
 * first.
 */
export const GiveBackDialog = ({
  words,
  check,
  moneyCase,
  onClose,
  onDone,
  giveBack,
}: GiveBackDialogProps) => {
  const { language, toast } = useConsole();
  const texts = words.giveBack;
  const command = useCommand();
  const reason = useNote();
  const [isGone, setGone] = useState(false);
  const [theirs, setTheirs] = useState<string | null>(null);
  const amount = moneyCase.amount === null ? '' : formatMoney(moneyCase.amount, language.value);

  const submit = () =>
    command.run(async () => {
      const outcome = await giveBack(check, moneyCase.id, reason.text);
      if (outcome.kind === 'problem' && outcome.problem.code === 'not_found') {
        setGone(true);
        return { kind: 'aborted' };
      }
      if (outcome.kind === 'ok') {
        // The refund of a charge is the first one that was asked for, with the reason of whoever asked.
        if (outcome.value.reason !== reason.text) setTheirs(outcome.value.reason);
        else {
          toast.say(texts.done(amount));
          onDone();
        }
      }
      return outcome;
    });
  return (
    <CaseDialog title={texts.title} isBusy={command.isBusy} onClose={theirs === null ? onClose : onDone}>
      {isGone ? (
        <CaseIsGone words={words} onDone={onDone} />
      ) : theirs !== null ? (
        <Note tone="calm" isAlert>
          <p>{texts.doneBefore(theirs)}</p>
          <Button onPress={onDone}>{words.meanwhile.reload}</Button>
        </Note>
      ) : (
        <form
          class="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            reason.press();
            if (textProblemOf(reason.text) === null) void submit();
          }}
        >
          <p>{texts.text(amount)}</p>
          <Field
            label={texts.reason}
            name="reason"
            autoComplete="off"
            required
            value={reason.value}
            onInput={reason.type}
            problem={reason.problemOf({ missing: texts.missing, too_long: words.acknowledge.tooLong })}
          />
          {command.failure === null ? null : <FailureNote failure={command.failure} />}
          <Button look="danger" type="submit" busy={command.isBusy} wide>
            {texts.submit(amount)}
          </Button>
        </form>
      )}
    </CaseDialog>
  );
};
