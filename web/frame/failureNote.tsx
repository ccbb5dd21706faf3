import { LinkButton } from '../parts/Button.tsx';
import { Failure } from '../parts/Failure.tsx';
import { useLocation } from './location.tsx';
import { type CallFailure, useSite } from './site.ts';

type FailureNoteProps = {
  readonly failure: CallFailure;
  readonly onRetry?: () => void;
  readonly isRetrying?: boolean;
};

/** What did not work, in words, and the next step: try again, or sign in. */
export const FailureNote = ({ failure, onRetry, isRetrying = false }: FailureNoteProps) => {
  const { explain, signInPath, words } = useSite();
  const { url } = useLocation();
  const { frame, state } = words.value;
  const isSignedOut = failure.kind === 'signed_out';
  return (
    <div class="stack tight">
      <Failure
        {...explain(failure)}
        onRetry={isSignedOut ? undefined : onRetry}
        isRetrying={isRetrying}
        words={{ ...frame, tryAgain: state.tryAgain, requestId: state.requestId }}
      />
      {isSignedOut ? <LinkButton href={signInPath(url)}>{frame.signIn}</LinkButton> : null}
    </div>
  );
};
