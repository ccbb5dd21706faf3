import { useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { Button } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Note } from '../../parts/Note.tsx';
import type { Outcome } from '../../shared/outcome.ts';
import { formatTime } from '../../shared/time.ts';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { useCommand } from '../useCommand.ts';
import { AskDialog } from './askDialog.tsx';
import { EndpointFields } from './endpointFields.tsx';
import { changeOf, formOf } from './endpointForm.ts';
import { waitingText } from './eventWord.ts';
import { ShownSecret } from './shownSecret.tsx';
import { useEndpointForm } from './useEndpointForm.ts';
import { createWebhookApi, type Endpoint } from './webhookApi.ts';

type EndpointDialogProps = {
  readonly endpoint: Endpoint;
  readonly words: ConsoleWebhookWords;
  readonly onClose: () => void;
  /** The endpoint has changed, or is gone. */
  readonly onDone: () => void;
};

/** Another URL, or other events. */
export const EditDialog = ({ endpoint, words, onClose, onDone }: EndpointDialogProps) => {
  const { call, toast, words: around } = useConsole();
  const { form: texts } = words;
  // What it was when the dialog was opened: the page goes on asking behind it.
  const [before] = useState(endpoint);
  const { fields, isBusy, failure, send } = useEndpointForm(formOf(before), words);
  const save = async () => {
    const changed = await send((request): Promise<Outcome<Endpoint | 'unchanged'>> => {
      const change = changeOf(before, request);
      return Object.keys(change).length === 0
        ? Promise.resolve({ kind: 'ok', value: 'unchanged', status: 200, requestId: '', replayed: false })
        : createWebhookApi(call).change(before.id, change);
    });
    if (changed === null) return;
    toast.say(changed === 'unchanged' ? texts.unchanged : texts.saved);
    onDone();
  };
  return (
    <Dialog
      isOpen
      isSheet
      title={texts.editTitle}
      closeLabel={around.value.frame.close}
      onClose={isBusy ? undefined : onClose}
    >
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <EndpointFields {...fields} />
        {failure === null ? null : <FailureNote failure={failure} />}
        <div class="row">
          <Allowed needs="webhooks:write" look="main" type="submit" busy={isBusy}>
            {texts.save}
          </Allowed>
          <Button onPress={isBusy ? undefined : onClose}>{texts.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
};

/** How long the secret before counts too. The API promises it. */
const overlapMs = 24 * 3_600_000;

/** A new secret, shown once. */
export const SecretDialog = ({ endpoint, words, onClose, onDone }: EndpointDialogProps) => {
  const { call, language } = useConsole();
  const { isBusy, failure, run } = useCommand();
  const [made, setMade] = useState<{ readonly secret: string | undefined; readonly until: string } | null>(
    null,
  );
  const { rotate: texts } = words;
  const rotate = async () => {
    // Before it is sent, so that the time that is said is not later than the one that counts.
    const untilMs = Date.now() + overlapMs;
    const changed = await run(() => createWebhookApi(call).change(endpoint.id, { secret: 'rotate' }));
    if (changed !== null) setMade({ secret: changed.secret, until: formatTime(untilMs, language.value) });
  };
  if (made !== null)
    return (
      <ShownSecret
        secret={made.secret}
        done={words.secret.changed(made.until)}
        words={words}
        onClose={onDone}
      />
    );
  // Without an answer it may have been changed, and a second change ends the secret that the receiver has.
  const isUncertain = failure?.kind === 'lost' || failure?.kind === 'offline';
  return (
    <AskDialog
      texts={texts}
      look="main"
      isBusy={isBusy}
      failure={failure}
      onAct={() => void rotate()}
      onClose={onClose}
    >
      <p>{texts.text}</p>
      {isUncertain ? <Note tone="warn">{texts.lost}</Note> : null}
    </AskDialog>
  );
};

/** Asks before an endpoint is deleted, because nothing brings back what it has not heard. */
export const EndDialog = ({ endpoint, words, onClose, onDone }: EndpointDialogProps) => {
  const { call, language } = useConsole();
  const { isBusy, failure, run } = useCommand();
  const { end: texts } = words;
  const end = async () => {
    const ended = await run(async () => {
      const outcome = await createWebhookApi(call).end(endpoint.id);
      // An answer before this one was lost, or somebody else was quicker.
      const isGone = outcome.kind === 'problem' && outcome.problem.code === 'not_found';
      return isGone
        ? ({ kind: 'ok', value: undefined, status: 204, requestId: '', replayed: false } as const)
        : outcome;
    });
    if (ended !== null) onDone();
  };
  return (
    <AskDialog
      texts={texts}
      look="danger"
      isBusy={isBusy}
      failure={failure}
      onAct={() => void end()}
      onClose={onClose}
    >
      <p>
        <strong>{endpoint.url}</strong>
      </p>
      <p>{texts.text}</p>
      {endpoint.backlog.events === 0 ? null : (
        <p>{texts.waiting(waitingText(words, endpoint.backlog, language.value))}</p>
      )}
    </AskDialog>
  );
};
