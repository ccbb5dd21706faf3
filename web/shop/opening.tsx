import { Failure } from '../parts/Failure.tsx';
import { SkeletonRows } from '../parts/Skeleton.tsx';
import { explain } from '../words/messages.ts';
import { useShop } from './shop.ts';
import { useTitle } from './useTitle.ts';

/** Nothing is known yet: who is signed in, or what has become of the payment. */
export const Opening = () => {
  const { account, language, words } = useShop();
  const { frame, pay, state } = words.value;
  const failure = account.failure.value;
  useTitle(pay.page);
  return (
    <div class="page narrow">
      <h1>{pay.page}</h1>
      {failure === null ? (
        <SkeletonRows label={state.loading} rows={2} />
      ) : (
        <Failure
          {...explain(failure, language.value)}
          onRetry={() => void account.load()}
          words={{ ...frame, tryAgain: state.tryAgain, requestId: state.requestId }}
        />
      )}
    </div>
  );
};
