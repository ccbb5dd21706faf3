import { LinkButton } from '../parts/Button.tsx';
import { Failure } from '../parts/Failure.tsx';
import type { Outcome } from '../shared/outcome.ts';
import { explain } from '../words/messages.ts';
import { signInPath } from './addresses.ts';
import { useLocation } from './location.tsx';
import { useShop } from './shop.ts';

export type CallFailure = Exclude<Outcome<unknown>, { kind: 'ok' } | { kind: 'aborted' }>;

type FailureNoteProps = {
  readonly failure: CallFailure;
  readonly onRetry?: () => void;
  readonly isRetrying?: boolean;
};

/** What did not work, in words, and the next step: try again, or sign in. */
export const FailureNote = ({ failure, onRetry, isRetrying = false }: FailureNoteProps) => {
  const { language, words } = useShop();
  const { url } = useLocation();
  const { frame, state } = words.value;
  const isSignedOut = failure.kind === 'signed_out';
  return (
    <div class="stack tight">
      <Failure
        {...explain(failure, language.value)}
        onRetry={isSignedOut ? undefined : onRetry}
        isRetrying={isRetrying}
        words={{ ...frame, tryAgain: state.tryAgain, requestId: state.requestId }}
      />
      {isSignedOut ? <LinkButton href={signInPath(url)}>{frame.signIn}</LinkButton> : null}
    </div>
  );
};
