import { Button } from '../../parts/Button.tsx';
import { Copy } from '../../parts/Copy.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { useConsole } from '../console.ts';

type ShownSecretProps = {
  /** Undefined if it was lost with an answer that did not arrive. */
  readonly secret: string | undefined;
  /** What was done. */
  readonly done: string;
  readonly words: ConsoleWebhookWords;
  readonly onClose: () => void;
};

/** Escape and a press beside it do not close it: the secret would be gone. */
export const ShownSecret = ({ secret, done, words, onClose }: ShownSecretProps) => {
  const { frame } = useConsole().words.value;
  const { secret: texts } = words;
  const isLost = secret === undefined;
  return (
    <Dialog
      key="secret"
      isOpen
      title={isLost ? texts.lost : texts.shown}
      closeLabel={frame.close}
      actions={
        <Button look="main" onPress={onClose}>
          {isLost ? texts.understood : texts.stored}
        </Button>
      }
    >
      <p>{isLost ? texts.lostText : done}</p>
      {isLost ? null : (
        <>
          <p>{texts.shownText}</p>
          <Copy text={secret} words={frame} />
        </>
      )}
    </Dialog>
  );
};
