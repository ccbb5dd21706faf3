import { useState } from 'preact/hooks';
import { Button } from '../parts/Button.tsx';
import type { Problem } from '../shared/outcome.ts';
import { explain } from '../words/messages.ts';
import { useShop } from './shop.ts';

type StockFixesProps = {
  readonly problem: Problem;
  readonly nameOf: (orderId: string) => string | null;
  /** Of the whole payment. */
  readonly orderIds: readonly string[];
  readonly onNote: (text: string) => void;
  /** All that was short is settled. These orders are left, and can be paid. */
  readonly onDone: (orderIds: readonly string[]) => void;
};

type Short = NonNullable<Problem['products']>[number];

/** What is short: take what is left, or leave it out. The rest can then be paid at once. */
export const StockFixes = ({ problem, nameOf, orderIds, onNote, onDone }: StockFixesProps) => {
  const { account, api, language, words } = useShop();
  const { cartPage, pay } = words.value;
  const [open, setOpen] = useState<readonly Short[]>(problem.products ?? []);
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const [isBusy, setBusy] = useState(false);

  const settle = (short: Short, gone: readonly string[], text: string) => {
    const allRemoved = new Set([...removed, ...gone]);
    const left = open.filter((each) => each !== short);
    setRemoved(allRemoved);
    setOpen(left);
    onNote(text);
    void account.loadCart();
    const payable = orderIds.filter((id) => !allRemoved.has(id));
    if (left.length === 0 && payable.length > 0) onDone(payable);
    else requestAnimationFrame(focusNext);
  };

  const take = async (short: Short, orderId: string) => {
    setBusy(true);
    const outcome = await api.changeQuantity(orderId, short.left);
    setBusy(false);
    if (outcome.kind === 'ok') settle(short, [], cartPage.changed(outcome.value.product.name, short.left));
    else if (outcome.kind !== 'aborted') onNote(explain(outcome, language.value).text);
  };

  const remove = async (short: Short) => {
    setBusy(true);
    for (const id of short.orderIds) {
      const outcome = await api.cancelOrder(id);
      if (outcome.kind === 'ok') continue;
      setBusy(false);
      return outcome.kind === 'aborted' ? undefined : onNote(explain(outcome, language.value).text);
    }
    setBusy(false);
    settle(
      short,
      short.orderIds,
      cartPage.removed(nameOf(short.orderIds[0] ?? '') ?? pay.conflict.unknownOrder),
    );
  };

  return (
    <ul class="fixes">
      {open.map((short) => {
        const [first = '', ...others] = short.orderIds;
        return (
          <li key={short.productId}>
            <span class="fix-name">{nameOf(first) ?? pay.conflict.unknownOrder}</span>
            {short.left > 0 && others.length === 0 ? (
              <Button look="soft" busy={isBusy} onPress={() => void take(short, first)}>
                {pay.stock.take(short.left)}
              </Button>
            ) : null}
            <Button busy={isBusy} onPress={() => void remove(short)}>
              {pay.stock.remove}
            </Button>
          </li>
        );
      })}
    </ul>
  );
};

/** The button that was pressed is gone, and the focus with it. */
const focusNext = (): void =>
  (
    document.querySelector<HTMLElement>('.fixes button') ?? document.querySelector<HTMLElement>('.payment h1')
  )?.focus();
