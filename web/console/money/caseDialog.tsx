import type { ComponentChildren } from 'preact';
import { Button } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Note } from '../../parts/Note.tsx';
import type { ConsoleMoneyWords } from '../../words/consoleEnMoney.ts';
import { useConsole } from '../console.ts';
import type { MoneyCase } from './moneyApi.ts';

/** What each dialog about a case gets. It is drawn while a case is chosen, and opens at once. */
export type CaseDialogProps = {
  readonly words: ConsoleMoneyWords;
  readonly check: string;
  readonly moneyCase: MoneyCase;
  /** The case as it is now. Null if the check does not have it, undefined if the answer did not come. */
  readonly look: (caseId: string) => Promise<MoneyCase | null | undefined>;
  readonly onClose: () => void;
  /** Something was done, or there is nothing left to do: the list is loaded anew. */
  readonly onDone: () => void;
};

type FrameProps = {
  readonly title: string;
  readonly isBusy: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
};

export const CaseDialog = ({ title, isBusy, onClose, children }: FrameProps) => {
  const { frame } = useConsole().words.value;
  return (
    <Dialog isOpen isSheet title={title} closeLabel={frame.close} onClose={isBusy ? undefined : onClose}>
      {children}
    </Dialog>
  );
};

type GoneProps = { readonly words: ConsoleMoneyWords; readonly onDone: () => void };

/** Somebody else has settled the case, or it has settled by itself. Nothing is wrong. */
export const CaseIsGone = ({ words: { meanwhile }, onDone }: GoneProps) => (
  <Note tone="calm" isAlert>
    <strong>{meanwhile.gone}</strong>
    <p>{meanwhile.goneText}</p>
    <Button onPress={onDone}>{meanwhile.reload}</Button>
  </Note>
);
