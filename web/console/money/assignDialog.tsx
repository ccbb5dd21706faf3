import { useEffect, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import type { CallFailure } from '../../frame/site.ts';
import { Button, LinkButton } from '../../parts/Button.tsx';
import { Choices } from '../../parts/Choices.tsx';
import { Note } from '../../parts/Note.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { formatCount, formatMoney } from '../../shared/money.ts';
import type { Order } from '../../shared/types.ts';
import { useConsole } from '../console.ts';
import { orderPath } from '../orders/addresses.ts';
import type { OrdersApi } from '../orders/ordersApi.ts';
import { useCommand } from '../useCommand.ts';
import { CaseDialog, type CaseDialogProps, CaseIsGone } from './caseDialog.tsx';

type AssignDialogProps = CaseDialogProps & {
  readonly api: Pick<OrdersApi, 'checkout' | 'assign' | 'refund'>;
};

/** Says for which order of a payment the provider has given money back. A second operator learns which order has it. */
export const AssignDialog = ({ words, moneyCase, onClose, onDone, api }: AssignDialogProps) => {
  const { language, toast } = useConsole();
  const texts = words.assign;
  const command = useCommand();
  const [orders, setOrders] = useState<readonly Order[] | null>(null);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const [chosen, setChosen] = useState('');
  const [hasPressed, setPressed] = useState(false);
  const [assignedTo, setAssignedTo] = useState<string | null>(null);
  const [isGone, setGone] = useState(false);
  const { paymentId, refundId } = moneyCase;
  const load = async () => {
    if (paymentId === null) return setOrders([]);
    setFailure(null);
    const outcome = await api.checkout(paymentId);
    if (outcome.kind === 'ok') setOrders(outcome.value.orders);
    else if (outcome.kind !== 'aborted') setFailure(outcome);
  };
  useEffect(() => {
    void load();
  }, []);

  const submit = () =>
    command.run(async () => {
      const outcome = await api.assign(refundId ?? '', chosen);
      if (outcome.kind === 'ok') {
        toast.say(texts.done);
        onDone();
        return outcome;
      }
      if (outcome.kind !== 'problem' || outcome.problem.status >= 500) return outcome;
      // It may have its order by now: then nothing is wrong.
      const refund = await api.refund(refundId ?? '');
      if (refund.kind === 'problem' && refund.problem.status === 404) setGone(true);
      if (refund.kind !== 'ok' || refund.value.orderId === null) return outcome;
      setAssignedTo(refund.value.orderId);
      return { kind: 'aborted' };
    });
  const amount = moneyCase.amount === null ? '' : formatMoney(moneyCase.amount, language.value);
  return (
    <CaseDialog title={texts.title} isBusy={command.isBusy} onClose={onClose}>
      {isGone ? (
        <CaseIsGone words={words} onDone={onDone} />
      ) : assignedTo !== null ? (
        <Note tone="calm" isAlert>
          <p>{texts.doneBefore}</p>
          <div class="row">
            <LinkButton href={orderPath(assignedTo)}>{words.cases.order}</LinkButton>
            <Button onPress={onDone}>{words.meanwhile.reload}</Button>
          </div>
        </Note>
      ) : (
        <form
          class="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            setPressed(true);
            if (chosen !== '') void submit();
          }}
        >
          <p>{texts.text(amount)}</p>
          {failure !== null ? (
            <FailureNote failure={failure} onRetry={() => void load()} />
          ) : orders === null ? (
            <SkeletonRows label={texts.loading} rows={2} />
          ) : (
            <Choices
              label={texts.order}
              value={chosen}
              options={orders.map(({ id, product, quantity, total }) => ({
                value: id,
                label: product.name,
                hint: `× ${formatCount(quantity, language.value)} · ${formatMoney(total, language.value)}`,
              }))}
              onChange={setChosen}
            />
          )}
          {hasPressed && chosen === '' ? (
            <p class="problem" role="alert">
              {texts.choose}
            </p>
          ) : null}
          {command.failure === null ? null : <FailureNote failure={command.failure} />}
          <Button look="main" type="submit" busy={command.isBusy} wide>
            {texts.submit}
          </Button>
        </form>
      )}
    </CaseDialog>
  );
};
