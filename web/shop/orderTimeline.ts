import type { Tone } from '../parts/Status.tsx';
import type { Language } from '../shared/language.ts';
import { formatMoney } from '../shared/money.ts';
import type { OrderDetail } from '../shared/types.ts';
import { historyText } from '../words/messages.ts';

type TimelineItem = {
  readonly key: string;
  readonly tone: Tone;
  readonly title: string;
  readonly at: string | null;
  readonly detail?: string;
};

/** What goes on, as long as nothing has come after it. */
const ongoing = new Set(['paying', 'retried', 'refund_requested']);

const tones: Readonly<Record<string, Tone>> = {
  pending: 'calm',
  failed: 'warn',
  cancelled: 'calm',
  quantity_changed: 'calm',
  refund_failed: 'warn',
  disputed: 'warn',
};

/** What the detail of these says is for customers. That of others, such as the reason of a failure, is for the shop. */
const withAmount = new Set(['refund_requested', 'partially_refunded', 'refunded', 'charged_back']);
const withNumber = new Set(['invoiced', 'quantity_changed']);

/** The history of an order in words, oldest first, and what is still to come. */
export const timelineOf = (
  history: OrderDetail['history'],
  status: OrderDetail['status'],
  language: Language,
): readonly TimelineItem[] => [
  ...history.map(({ seq, state, at, detail }, index) => {
    const shown = detail === null ? null : detailOf(state, detail, language);
    return {
      key: String(seq),
      tone: ongoing.has(state) && index === history.length - 1 ? ('busy' as const) : toneOf(state),
      title: historyText(state, language),
      at,
      ...(shown === null ? {} : { detail: shown }),
    };
  }),
  ...(status === 'paid'
    ? [{ key: 'ahead', tone: 'calm' as const, title: historyText('completed', language), at: null }]
    : []),
];

const toneOf = (state: string): Tone => (Object.hasOwn(tones, state) ? (tones[state] ?? 'good') : 'good');

const detailOf = (state: string, detail: string, language: Language): string | null => {
  if (withNumber.has(state)) return detail;
  if (!withAmount.has(state)) return null;
  const [, amount, currency] = /^(\d{1,15}) ([A-Z]{3})$/.exec(detail) ?? [];
  if (amount === undefined || currency === undefined) return null;
  return formatMoney({ amount: Number(amount), currency }, language);
};
