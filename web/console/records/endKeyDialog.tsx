import { useRef, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import type { CallFailure } from '../../frame/site.ts';
import { Button } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import type { ConsoleRecordWords } from '../../words/consoleEnRecords.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { createKeyApi, type ServiceKey } from './recordApi.ts';

type EndKeyDialogProps = {
  readonly serviceKey: ServiceKey;
  readonly words: ConsoleRecordWords;
  readonly onClose: () => void;
  readonly onEnded: () => void;
};

/** Asks before a key is ended, because nothing brings it back. */
export const EndKeyDialog = ({ serviceKey, words, onClose, onEnded }: EndKeyDialogProps) => {
  const { call, toast, words: around } = useConsole();
  const { keys } = words;
  // The second of two presses comes before anything is drawn.
  const isEnding = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const end = async () => {
    if (isEnding.current) return;
    isEnding.current = true;
    setBusy(true);
    setFailure(null);
    const outcome = await createKeyApi(call).end(serviceKey.id);
    // The dialog goes when the list is there. Until then a second press must not send it again.
    if (outcome.kind === 'ok') {
      toast.say(keys.ended(serviceKey.name));
      return onEnded();
    }
    isEnding.current = false;
    setBusy(false);
    if (outcome.kind !== 'aborted') setFailure(outcome);
  };
  return (
    <Dialog
      isOpen
      title={keys.endAsk(serviceKey.name)}
      closeLabel={around.value.frame.close}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{keys.keep}</Button>
          <Allowed needs="keys:write" look="danger" busy={isBusy} onPress={() => void end()}>
            {keys.end}
          </Allowed>
        </>
      }
    >
      <p>{keys.endText}</p>
      {failure === null ? null : <FailureNote failure={failure} />}
    </Dialog>
  );
};
