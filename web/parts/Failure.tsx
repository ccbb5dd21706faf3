import { Button } from './Button.tsx';
import type { CopyWords } from './Copy.tsx';
import { LazyCopy } from './LazyCopy.tsx';
import { Note } from './Note.tsx';

type FailureProps = {
  readonly title: string;
  readonly text: string;
  /** The shop finds the request by it. Empty where no request was sent. */
  readonly requestId: string;
  readonly onRetry?: (() => void) | undefined;
  readonly isRetrying?: boolean;
  readonly words: CopyWords & { readonly tryAgain: string; readonly requestId: string };
};

/** What did not work, where it was asked for: what one can do, and what to tell the shop. */
export const Failure = ({ title, text, requestId, onRetry, isRetrying = false, words }: FailureProps) => (
  <Note tone="bad" isAlert>
    <strong>{title}</strong>
    <p>{text}</p>
    {requestId === '' ? null : (
      <div class="small soft">
        {words.requestId}
        <LazyCopy text={requestId} words={words} />
      </div>
    )}
    {onRetry === undefined ? null : (
      <Button busy={isRetrying} onPress={onRetry}>
        {words.tryAgain}
      </Button>
    )}
  </Note>
);
