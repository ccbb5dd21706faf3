import type { ComponentChildren } from 'preact';
import { FailureNote } from '../../frame/failureNote.tsx';
import type { CallFailure } from '../../frame/site.ts';
import { Button } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { useTaskWords } from './taskWords.ts';

type AskDialogProps = {
  readonly isOpen: boolean;
  readonly title: string;
  readonly children: ComponentChildren;
  readonly act: string;
  readonly look?: 'main' | 'danger';
  readonly isBusy: boolean;
  readonly failure: CallFailure | null;
  /** Left out where there is nothing to do but to close it. */
  readonly onAct?: (() => void) | undefined;
  readonly onClose: () => void;
};

/** Asks before something is done for many, and shows what did not work where it was asked for. */
export const AskDialog = ({
  isOpen,
  title,
  children,
  act,
  look = 'main',
  isBusy,
  failure,
  onAct,
  onClose,
}: AskDialogProps) => {
  const words = useTaskWords();
  return (
    <Dialog
      isOpen={isOpen}
      title={title}
      closeLabel={words.close}
      onClose={isBusy ? undefined : onClose}
      actions={
        <>
          <Button onPress={isBusy ? undefined : onClose}>{words.cancel}</Button>
          {onAct === undefined ? null : (
            <Button look={look} busy={isBusy} onPress={onAct}>
              {act}
            </Button>
          )}
        </>
      }
    >
      {children}
      {failure === null ? null : <FailureNote failure={failure} />}
    </Dialog>
  );
};
