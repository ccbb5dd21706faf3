import { useMemo, useRef, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import type { CallFailure } from '../../frame/site.ts';
import { Button } from '../../parts/Button.tsx';
import { Checkbox } from '../../parts/Checkbox.tsx';
import { Copy } from '../../parts/Copy.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Field } from '../../parts/Field.tsx';
import { Problem } from '../../parts/Problem.tsx';
import { Select } from '../../parts/Select.tsx';
import { createId } from '../../shared/ids.ts';
import type { ConsoleRecordWords } from '../../words/consoleEnRecords.ts';
import { Allowed } from '../allowed.tsx';
import { createAttempts } from '../attempts.ts';
import { useConsole } from '../console.ts';
import {
  emptyKeyForm,
  expiryDays,
  type KeyForm,
  type KeyFormProblem,
  keyPermissions,
  readKeyForm,
} from './keyForm.ts';
import { createKeyApi, type KeyRequest, type NewServiceKey } from './recordApi.ts';

type NewKeyDialogProps = {
  readonly words: ConsoleRecordWords;
  readonly onClose: () => void;
  readonly onMade: () => void;
};

const none: ReadonlySet<KeyFormProblem> = new Set();

/** A new key. Its secret is shown once, and the dialog then stays until somebody says that it is stored. */
export const NewKeyDialog = ({ words, onClose, onMade }: NewKeyDialogProps) => {
  const { call, words: around } = useConsole();
  const texts = words.newKey;
  const [form, setForm] = useState<KeyForm>(emptyKeyForm);
  const [problems, setProblems] = useState(none);
  const [made, setMade] = useState<NewServiceKey | null>(null);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const [isBusy, setBusy] = useState(false);
  // The second of two presses comes before anything is drawn.
  const isMaking = useRef(false);
  const attempts = useMemo(() => createAttempts<KeyForm, KeyRequest>(() => createId()), []);
  const name = useRef<HTMLInputElement>(null);

  const edit = (changes: Partial<KeyForm>) => {
    setForm({ ...form, ...changes });
    setProblems(none);
    setFailure(null);
  };
  const make = async () => {
    if (isMaking.current) return;
    const read = readKeyForm(form, Date.now());
    if (read.kind === 'problems') {
      setProblems(read.problems);
      if (read.problems.has('name')) name.current?.focus();
      return;
    }
    isMaking.current = true;
    setBusy(true);
    setFailure(null);
    const { request, idempotencyKey } = attempts.of(form, read.request);
    const outcome = await createKeyApi(call).make(request, idempotencyKey);
    isMaking.current = false;
    setBusy(false);
    if (outcome.kind === 'aborted') return;
    if (outcome.kind !== 'ok') return setFailure(outcome);
    setMade(outcome.value);
    onMade();
  };
  return made !== null ? (
    <MadeKey made={made} words={words} onClose={onClose} />
  ) : (
    <Dialog
      key="form"
      isOpen
      isSheet
      title={texts.title}
      closeLabel={around.value.frame.close}
      onClose={isBusy ? undefined : onClose}
    >
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <Field
          label={texts.name}
          name="name"
          autoComplete="off"
          required
          value={form.name}
          onInput={(value) => edit({ name: value })}
          hint={texts.nameHint}
          problem={problems.has('name') ? texts.noName : undefined}
          inputRef={name}
        />
        <PermissionChoice
          chosen={form.permissions}
          words={words}
          problem={problems.has('permissions') ? texts.noPermission : undefined}
          onChange={(permissions) => edit({ permissions })}
        />
        <Select
          label={texts.expires}
          value={String(form.days)}
          options={expiryDays.map((days) => ({ value: String(days), label: texts.days(days) }))}
          onChange={(days) => edit({ days: Number(days) })}
        />
        {failure === null ? null : <FailureNote failure={failure} />}
        <div class="row">
          <Allowed needs="keys:write" look="main" type="submit" busy={isBusy}>
            {texts.submit}
          </Allowed>
        </div>
      </form>
    </Dialog>
  );
};

type PermissionChoiceProps = {
  readonly chosen: ReadonlySet<string>;
  readonly words: ConsoleRecordWords;
  readonly problem: string | undefined;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
};

/** Nobody can give what they do not have. It is shown all the same, with the reason. */
const PermissionChoice = ({ chosen, words, problem, onChange }: PermissionChoiceProps) => {
  const { can } = useConsole();
  return (
    <fieldset class="choices" aria-describedby={problem === undefined ? undefined : 'no-permission'}>
      <legend>{words.newKey.permissions}</legend>
      {keyPermissions.map((permission) => (
        <Checkbox
          key={permission}
          checked={chosen.has(permission)}
          disabled={!can(permission)}
          label={
            <>
              {words.permissions[permission]} <code class="small soft">{permission}</code>
              {can(permission) ? null : <span class="small soft"> · {words.newKey.lacking}</span>}
            </>
          }
          onChange={(isChosen) => {
            const next = new Set(chosen);
            if (isChosen) next.add(permission);
            else next.delete(permission);
            onChange(next);
          }}
        />
      ))}
      {problem === undefined ? null : (
        <div role="alert">
          <Problem id="no-permission" text={problem} />
        </div>
      )}
    </fieldset>
  );
};

type MadeKeyProps = {
  readonly made: NewServiceKey;
  readonly words: ConsoleRecordWords;
  readonly onClose: () => void;
};

/** Escape and a press beside it do not close it: the secret would be gone. */
const MadeKey = ({ made, words, onClose }: MadeKeyProps) => {
  const { words: around } = useConsole();
  const { frame } = around.value;
  const texts = words.newKey;
  const isLost = made.key === undefined;
  return (
    <Dialog
      key="made"
      isOpen
      title={isLost ? texts.withoutSecret : texts.shown}
      closeLabel={frame.close}
      actions={
        <Button look="main" onPress={onClose}>
          {isLost ? texts.understood : texts.stored}
        </Button>
      }
    >
      <p>{texts.made(made.name)}</p>
      <p>{isLost ? texts.withoutSecretText : texts.shownText}</p>
      {made.key === undefined ? null : <Copy text={made.key} words={frame} />}
    </Dialog>
  );
};
