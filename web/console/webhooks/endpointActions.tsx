import { useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { createLazyPart } from '../../frame/lazyPart.tsx';
import { useLocation } from '../../frame/location.tsx';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { useCommand } from '../useCommand.ts';
import { webhooksPath } from './webhookAddress.ts';
import { createWebhookApi, type Endpoint } from './webhookApi.ts';

type EndpointActionsProps = {
  readonly endpoint: Endpoint;
  readonly words: ConsoleWebhookWords;
  readonly onChanged: () => void;
  readonly onTested: (eventId: string) => void;
};

const needs = 'webhooks:write';

const EditDialog = createLazyPart(async () => (await import('./endpointDialogs.tsx')).EditDialog);
const SecretDialog = createLazyPart(async () => (await import('./endpointDialogs.tsx')).SecretDialog);
const EndDialog = createLazyPart(async () => (await import('./endpointDialogs.tsx')).EndDialog);

/** All that can be done to an endpoint. What did not work is said below it. */
export const EndpointActions = ({ endpoint, words, onChanged, onTested }: EndpointActionsProps) => {
  const { call, toast } = useConsole();
  const { isBusy, failure, run } = useCommand();
  const [pressed, setPressed] = useState<'test' | 'pause' | null>(null);
  const [open, setOpen] = useState<'edit' | 'secret' | 'end' | null>(null);
  const { route } = useLocation();
  const { endpoint: texts } = words;
  const { id, paused, backlog } = endpoint;
  const api = createWebhookApi(call);

  const test = async () => {
    setPressed('test');
    const sent = await run(() => api.test(id));
    if (sent !== null) onTested(sent.eventId);
  };
  const pause = async (next: boolean) => {
    setPressed('pause');
    const changed = await run(() => api.change(id, { paused: next }));
    if (changed === null) return;
    toast.say(next ? texts.paused : texts.resumed);
    onChanged();
  };
  const dialog = {
    endpoint,
    words,
    onClose: () => setOpen(null),
    onDone: () => {
      setOpen(null);
      onChanged();
    },
  };
  const isBusyWith = (action: typeof pressed) => isBusy && pressed === action;
  return (
    <>
      <div class="row">
        <Allowed
          needs={needs}
          look={paused ? 'plain' : 'main'}
          busy={isBusyWith('test')}
          onPress={() => void test()}
        >
          {texts.test}
        </Allowed>
        <Allowed
          needs={needs}
          look={paused ? 'main' : 'plain'}
          busy={isBusyWith('pause')}
          onPress={() => void pause(!paused)}
        >
          {paused ? texts.resume : texts.pause}
        </Allowed>
        {paused || backlog.events === 0 ? null : (
          <Allowed needs={needs} onPress={() => void pause(false)}>
            {texts.sendNow}
          </Allowed>
        )}
        <Allowed needs={needs} onPress={() => setOpen('edit')}>
          {texts.edit}
        </Allowed>
        <Allowed needs={needs} onPress={() => setOpen('secret')}>
          {texts.rotate}
        </Allowed>
        <Allowed needs={needs} look="danger" onPress={() => setOpen('end')}>
          {texts.end}
        </Allowed>
      </div>
      {failure === null ? null : <FailureNote failure={failure} />}
      {open === 'edit' ? <EditDialog {...dialog} /> : null}
      {open === 'secret' ? <SecretDialog {...dialog} /> : null}
      {open === 'end' ? (
        <EndDialog
          {...dialog}
          onDone={() => {
            toast.sayOnNextPage(words.end.done);
            route(webhooksPath);
          }}
        />
      ) : null}
    </>
  );
};
