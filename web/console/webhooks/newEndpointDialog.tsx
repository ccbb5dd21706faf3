import { useMemo, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { createId } from '../../shared/ids.ts';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { Allowed } from '../allowed.tsx';
import { createAttempts } from '../attempts.ts';
import { useConsole } from '../console.ts';
import { EndpointFields } from './endpointFields.tsx';
import { type EndpointForm, emptyForm } from './endpointForm.ts';
import { ShownSecret } from './shownSecret.tsx';
import { useEndpointForm } from './useEndpointForm.ts';
import { createWebhookApi, type EndpointRequest, type EndpointWithSecret } from './webhookApi.ts';

type NewEndpointDialogProps = {
  readonly words: ConsoleWebhookWords;
  readonly onClose: () => void;
  /** Its secret was stored, or is lost. */
  readonly onDone: (id: string) => void;
};

/** A new endpoint. Its secret is shown once, and the dialog then stays until somebody says that it is stored. */
export const NewEndpointDialog = ({ words, onClose, onDone }: NewEndpointDialogProps) => {
  const { call, words: around } = useConsole();
  const [made, setMade] = useState<EndpointWithSecret | null>(null);
  const attempts = useMemo(() => createAttempts<EndpointForm, EndpointRequest>(() => createId()), []);
  const { form, fields, isBusy, failure, send } = useEndpointForm(emptyForm, words);
  const make = async () => {
    const endpoint = await send((read) => {
      const { request, idempotencyKey } = attempts.of(form, read);
      return createWebhookApi(call).make(request, idempotencyKey);
    });
    if (endpoint !== null) setMade(endpoint);
  };
  if (made !== null)
    return (
      <ShownSecret
        secret={made.secret}
        done={words.secret.made}
        words={words}
        onClose={() => onDone(made.id)}
      />
    );
  return (
    <Dialog
      key="form"
      isOpen
      isSheet
      title={words.form.newTitle}
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
        <EndpointFields {...fields} />
        {failure === null ? null : <FailureNote failure={failure} />}
        <div class="row">
          <Allowed needs="webhooks:write" look="main" type="submit" busy={isBusy}>
            {words.form.submit}
          </Allowed>
        </div>
      </form>
    </Dialog>
  );
};
