import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../parts/Button.tsx';
import { Choices } from '../../parts/Choices.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Field } from '../../parts/Field.tsx';
import { Note } from '../../parts/Note.tsx';
import { Select } from '../../parts/Select.tsx';
import { typedAmount } from '../../shared/amount.ts';
import { formatMoney } from '../../shared/money.ts';
import type { Money } from '../../shared/types.ts';
import type { ConsoleOrdersWords } from '../../words/consoleEnOrders.ts';
import { useConsole } from '../console.ts';
import type { Refund, RefundBody } from './ordersApi.ts';
import {
  emptyRefundForm,
  judgeRefundForm,
  type RefundForm,
  type RefundFormProblems,
  type Restock,
} from './refundForm.ts';
import { leftOf } from './refundStates.ts';
import { actorText } from './timelineItems.ts';
import type { ShownOrder } from './useOrder.ts';

type RefundDialogProps = {
  readonly words: ConsoleOrdersWords;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly shown: ShownOrder;
  /** The order as it is now. Null if it did not come: then the shop decides alone. */
  readonly look: () => Promise<ShownOrder | null>;
  readonly send: (body: RefundBody) => void;
};

/**
 * Asks how much and why. Before it sends, it looks at the order once more: what another operator has refunded meanwhile
 * is shown first, because two refunds of a part are two refunds.
 */
export const RefundDialog = ({ words, isOpen, onClose, shown, look, send }: RefundDialogProps) => {
  const { connection, frameWords, language } = useDialogSite();
  const { refund } = words;
  const [form, setForm] = useState(emptyRefundForm);
  const [hasPressed, setPressed] = useState(false);
  const [isLooking, setLooking] = useState(false);
  const [news, setNews] = useState<readonly Refund[]>([]);
  const known = useRef<ReadonlySet<string>>(new Set());
  const isLookingNow = useRef(false);
  // Before it is drawn: else the first thing that is chosen would be undone.
  useLayoutEffect(() => {
    if (!isOpen) return;
    known.current = idsOf(shown.refunds);
    setForm(emptyRefundForm);
    setPressed(false);
    setNews([]);
  }, [isOpen]);

  const { order, refunds } = shown;
  const left = leftOf(order, refunds);
  const { amount, problems, body } = judgeRefundForm(form, order.id, left, language);

  const submit = async () => {
    setPressed(true);
    if (body === null || isLookingNow.current || connection.isOffline) return;
    isLookingNow.current = true;
    setLooking(true);
    const now = await look();
    isLookingNow.current = false;
    setLooking(false);
    const added = now?.refunds.filter(({ id }) => !known.current.has(id)) ?? [];
    if (now !== null && added.length > 0) {
      known.current = idsOf(now.refunds);
      return setNews(added);
    }
    onClose();
    send(body);
  };
  return (
    <Dialog
      isOpen={isOpen}
      isSheet
      title={refund.title}
      closeLabel={frameWords.close}
      onClose={onClose}
      actions={
        <Button
          look="danger"
          busy={isLooking}
          blocked={
            connection.isOffline
              ? refund.offline
              : left.amount === 0
                ? refund.blocked.nothing_left
                : undefined
          }
          onPress={() => void submit()}
        >
          {amount === null || problems.part !== undefined
            ? refund.submitUnknown
            : refund.submit(formatMoney(amount, language))}
        </Button>
      }
    >
      {news.length === 0 ? null : <News words={words} news={news} shown={shown} left={left} />}
      <RefundFields
        words={words}
        form={form}
        left={left}
        problems={hasPressed ? problems : {}}
        change={(next) => setForm({ ...form, ...next })}
      />
    </Dialog>
  );
};

type FieldsProps = {
  readonly words: ConsoleOrdersWords;
  readonly form: RefundForm;
  readonly left: Money;
  readonly problems: RefundFormProblems;
  readonly change: (next: Partial<RefundForm>) => void;
};

const RefundFields = ({ words: { refund }, form, left, problems, change }: FieldsProps) => {
  const { language } = useDialogSite();
  return (
    <>
      <Choices
        label={refund.howMuch}
        value={form.isWhole ? 'whole' : 'part'}
        options={[
          { value: 'whole', label: refund.whole(formatMoney(left, language)) },
          { value: 'part', label: refund.part },
        ]}
        onChange={(value) => change({ isWhole: value === 'whole' })}
      />
      {form.isWhole ? null : (
        <Field
          label={`${refund.amount} (${left.currency})`}
          name="amount"
          autoComplete="off"
          hint={refund.amountHint(typedAmount(left, language))}
          value={form.part}
          onInput={(part) => change({ part })}
          problem={problems.part === undefined ? undefined : refund.problems[problems.part]}
        />
      )}
      <Field
        label={refund.reason}
        name="reason"
        autoComplete="off"
        required
        hint={refund.reasonHint}
        value={form.reason}
        onInput={(reason) => change({ reason })}
        problem={problems.reason === undefined ? undefined : refund.reasonProblems[problems.reason]}
      />
      <div>
        <Select<Restock>
          label={refund.goods}
          value={form.restock}
          options={(['auto', 'yes', 'no'] as const).map((value) => ({
            value,
            label: refund.restock[value],
          }))}
          onChange={(restock) => change({ restock })}
        />
        <p class="small soft">{refund.goodsHint}</p>
      </div>
    </>
  );
};

const idsOf = (refunds: readonly Refund[]): ReadonlySet<string> => new Set(refunds.map(({ id }) => id));

const useDialogSite = () => {
  const { connection, language, words } = useConsole();
  return { connection: connection.value, frameWords: words.value.frame, language: language.value };
};

type NewsProps = {
  readonly words: ConsoleOrdersWords;
  readonly news: readonly Refund[];
  readonly shown: ShownOrder;
  readonly left: Money;
};

/** What somebody else has refunded while the dialog was open. Nothing is wrong, so it is said calmly. */
const News = ({ words, news, shown: { timeline }, left }: NewsProps) => {
  const { language } = useDialogSite();
  const { refund } = words;
  const whoOf = (id: string): string => {
    const command = timeline.find((entry) => entry.kind === 'command' && entry.id === id);
    const who = actorText(command?.actor ?? null, words);
    return who === '' ? '' : words.timeline.by(who);
  };
  return (
    <Note tone="calm" isAlert>
      <strong>{refund.meanwhile}</strong>
      <ul>
        {news.map(({ id, amount, reason }) => (
          <li key={id}>
            {formatMoney(amount, language)}: {reason} {whoOf(id)}
          </li>
        ))}
      </ul>
      <p>{left.amount === 0 ? refund.meanwhileNothing : refund.meanwhileText(formatMoney(left, language))}</p>
    </Note>
  );
};
