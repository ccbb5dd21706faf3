import { FailureNote } from '../../frame/failureNote.tsx';
import { Button } from '../../parts/Button.tsx';
import { Note } from '../../parts/Note.tsx';
import { formatMoney } from '../../shared/money.ts';
import type { ConsoleOrdersWords } from '../../words/consoleEnOrders.ts';
import { useConsole } from '../console.ts';
import type { useRefund } from './useRefund.ts';

type RefundNoteProps = {
  readonly words: ConsoleOrdersWords;
  readonly refund: ReturnType<typeof useRefund>;
  readonly currency: string;
};

/** Where the refund that was begun is, beside the button that began it. */
export const RefundNote = ({
  words: { refund: texts },
  refund: { state, command },
  currency,
}: RefundNoteProps) => {
  const language = useConsole().language.value;
  if (state.kind === 'idle' || state.kind === 'done') return null;
  if (state.kind === 'refused') return <FailureNote failure={state.failure} />;
  const { amount, reason } = state.command.body;
  const asking =
    amount === undefined ? texts.askingWhole : texts.asking(formatMoney({ amount, currency }, language));
  if (state.kind === 'old')
    return (
      <Note tone="warn">
        <p>{texts.old}</p>
        <p>
          {amount === undefined ? '' : `${formatMoney({ amount, currency }, language)}: `}
          {reason}
        </p>
        <div class="row">
          <Button onPress={() => void command.sendAgain()}>{texts.oldSend}</Button>
          <Button look="quiet" onPress={command.forget}>
            {texts.oldForget}
          </Button>
        </div>
      </Note>
    );
  return (
    <Note tone="busy">
      <p>{asking}</p>
      {state.kind === 'signed_out' ? <p>{texts.signedOut}</p> : null}
      {state.kind === 'asking' && state.unanswered > 0 ? <p>{texts.again(state.unanswered)}</p> : null}
    </Note>
  );
};
