import { useLayoutEffect, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import type { CallFailure } from '../../frame/site.ts';
import { Button } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Field } from '../../parts/Field.tsx';
import type { ConsolePeopleWords } from '../../words/consoleEnPeople.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { orderPath } from '../orders/addresses.ts';
import { useCommand } from '../useCommand.ts';
import { createPeopleApi } from './peopleApi.ts';

type EraseDialogProps = {
  readonly customer: string;
  readonly words: ConsolePeopleWords;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onErased: () => void;
};

/** Nothing brings an address back, so the id is typed by hand. */
export const EraseDialog = ({ customer, words, isOpen, onClose, onErased }: EraseDialogProps) => {
  const { call, toast, words: around } = useConsole();
  const { erase: texts } = words;
  const { isBusy, failure, forget, run } = useCommand();
  const [typed, setTyped] = useState('');
  const [isWrong, setWrong] = useState(false);
  useLayoutEffect(() => {
    if (!isOpen) return;
    setTyped('');
    setWrong(false);
    forget();
  }, [isOpen]);
  const erase = async () => {
    if (typed.trim() !== customer) return setWrong(true);
    if ((await run(() => createPeopleApi(call).erase(customer))) === null) return;
    toast.say(texts.done);
    onErased();
  };
  return (
    <Dialog
      isOpen={isOpen}
      title={texts.title}
      closeLabel={around.value.frame.close}
      onClose={isBusy ? undefined : onClose}
    >
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void erase();
        }}
      >
        <p>{texts.text}</p>
        <p>{texts.stays}</p>
        <p>
          <strong>{customer}</strong>
        </p>
        <Field
          label={texts.confirm}
          name="confirm"
          autoComplete="off"
          required
          value={typed}
          onInput={(text) => {
            setTyped(text);
            setWrong(false);
          }}
          problem={isWrong ? texts.wrong : undefined}
        />
        {failure === null ? null : <Refusal failure={failure} words={words} />}
        <div class="row">
          <Allowed needs="customers:write" look="danger" type="submit" busy={isBusy}>
            {texts.act}
          </Allowed>
          <Button onPress={isBusy ? undefined : onClose}>{texts.keep}</Button>
        </div>
      </form>
    </Dialog>
  );
};

/** An erasure waits for open checkouts, which are named. */
const Refusal = ({
  failure,
  words,
}: {
  readonly failure: CallFailure;
  readonly words: ConsolePeopleWords;
}) => {
  const orderIds = failure.kind === 'problem' ? (failure.problem.orderIds ?? []) : [];
  return (
    <div class="stack tight">
      <FailureNote failure={failure} />
      {orderIds.length === 0 ? null : (
        <ul class="small">
          {orderIds.map((id) => (
            <li key={id}>
              <a href={orderPath(id)}>{words.erase.order(id.slice(-6))}</a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};
