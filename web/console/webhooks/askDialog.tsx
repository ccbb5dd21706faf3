import type { ComponentChildren } from 'preact';
import { FailureNote } from '../../frame/failureNote.tsx';
import type { CallFailure } from '../../frame/site.ts';
import { Button } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';

type AskDialogProps = {
  readonly texts: { readonly title: string; readonly act: string; readonly keep: string };
  readonly look: 'main' | 'danger';
  readonly isBusy: boolean;
  readonly failure: CallFailure | null;
  readonly children: ComponentChildren;
  readonly onAct: () => void;
  readonly onClose: () => void;
};

/** Asks before something is done to an endpoint that its receiver feels. */
export const AskDialog = ({ texts, look, isBusy, failure, children, onAct, onClose }: AskDialogProps) => (
  <Dialog
    key="ask"
    isOpen
    title={texts.title}
    closeLabel={useConsole().words.value.frame.close}
    onClose={isBusy ? undefined : onClose}
    actions={
      <>
        <Button onPress={isBusy ? undefined : onClose}>{texts.keep}</Button>
        <Allowed needs="webhooks:write" look={look} busy={isBusy} onPress={onAct}>
          {texts.act}
        </Allowed>
      </>
    }
  >
    {children}
    {failure === null ? null : <FailureNote failure={failure} />}
  </Dialog>
);
