import { useTitle } from '../frame/useTitle.ts';
import { Failure } from '../parts/Failure.tsx';
import { explain } from '../words/messages.ts';
import { useShop } from './shop.ts';
import { PaymentView } from './views/PaymentView.tsx';

/** Nothing is known yet: who is signed in, or what has become of the payment. It has the form of what comes. */
export const Opening = () => {
  const { account, language, words } = useShop();
  const { frame, pay, state } = words.value;
  const failure = account.failure.value;
  useTitle(pay.page);
  if (failure === null)
    return (
      <PaymentView
        look="asking"
        title={pay.page}
        receipt={{
          label: pay.receipt,
          number: null,
          numberLabel: pay.number,
          orders: null,
          total: null,
          totalLabel: '',
          loadingLabel: state.loading,
        }}
      >
        <p>{state.loading}</p>
      </PaymentView>
    );
  return (
    <div class="page narrow">
      <h1>{pay.page}</h1>
      <Failure
        {...explain(failure, language.value)}
        onRetry={() => void account.load()}
        words={{ ...frame, tryAgain: state.tryAgain, requestId: state.requestId }}
      />
    </div>
  );
};
