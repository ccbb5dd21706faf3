import type { Tone } from '../../parts/Status.tsx';
import type { Language } from '../../shared/language.ts';
import { formatMoney } from '../../shared/money.ts';
import type { ConsoleOrdersWords } from '../../words/consoleEnOrders.ts';
import { readable, wordOf } from '../../words/words.ts';
import type { TimelineEntry } from './ordersApi.ts';

export type ShownEntry = {
  readonly key: string;
  readonly kind: TimelineEntry['kind'];
  readonly tone: Tone;
  readonly title: string;
  readonly at: string;
  /** Sentences about it, each on a line of its own. */
  readonly lines: readonly string[];
  readonly requestId: string | null;
};

type Texts = {
  readonly language: Language;
  readonly words: ConsoleOrdersWords;
};

const tones: Readonly<Record<TimelineEntry['kind'], Readonly<Record<string, Tone>>>> = {
  command: {},
  state: {
    paid: 'good',
    completed: 'good',
    failed: 'bad',
    refund_failed: 'bad',
    disputed: 'warn',
    dispute_lost: 'warn',
    charged_back: 'warn',
    dispute_won: 'good',
  },
  payment: { succeeded: 'good', declined: 'warn', cancelled: 'calm', refunded: 'warn' },
  task: { failed: 'bad', paused: 'warn', waiting: 'warn' },
  mail: { sent: 'good' },
  refund: { succeeded: 'good', failed: 'bad' },
};

/** What goes on by itself. */
const ongoing: ReadonlySet<string> = new Set(['payment', 'task', 'mail', 'refund']);

const toneOf = ({ kind, what }: TimelineEntry): Tone =>
  wordOf(tones[kind], what) ?? (ongoing.has(kind) ? 'busy' : 'calm');

/** One line of time: what happened to an order, in words, as the API sends it. */
export const timelineItems = (entries: readonly TimelineEntry[], texts: Texts): readonly ShownEntry[] =>
  entries.map((entry, index) => ({
    key: `${index} ${entry.kind} ${entry.at}`,
    kind: entry.kind,
    tone: toneOf(entry),
    title: titleOf(entry, texts.words),
    at: entry.at,
    lines: linesOf(entry, texts).filter((line) => line !== ''),
    requestId: entry.requestId,
  }));

const titleOf = ({ kind, what }: TimelineEntry, words: ConsoleOrdersWords): string => {
  const { timeline } = words;
  switch (kind) {
    case 'command':
      return wordOf(words.actions, what) ?? readable(what);
    case 'state':
      return wordOf(words.states, what) ?? timeline.otherState(readable(what));
    case 'payment':
      return wordOf(words.payments, what) ?? readable(what);
    case 'task':
      return wordOf(words.tasks, what) ?? readable(what);
    case 'mail':
      return what === 'sent' ? timeline.mailSent : timeline.mailBegun;
    case 'refund':
      return timeline.refund((wordOf(words.refundStatuses, what) ?? readable(what)).toLowerCase());
  }
};

const linesOf = (entry: TimelineEntry, { language, words }: Texts): readonly string[] => {
  const { detail, declineCode } = entry;
  const who = actorText(entry.actor, words);
  return [
    who === '' ? '' : words.timeline.by(who),
    declineCode === null ? '' : words.timeline.decline(declineCode),
    detail === null ? '' : detailText(entry, detail, { language, words }),
  ];
};

export const actorText = (
  actor: TimelineEntry['actor'],
  { timeline }: Pick<ConsoleOrdersWords, 'timeline'>,
): string => {
  if (actor === null) return '';
  return 'email' in actor ? actor.email : timeline.key(actor.name);
};

const disputeStates: ReadonlySet<string> = new Set(['disputed', 'dispute_won', 'dispute_lost']);

const detailText = (
  { kind, what }: Pick<TimelineEntry, 'kind' | 'what'>,
  detail: string,
  { language, words: { disputeReasons, names, timeline } }: Texts,
): string => {
  if (kind === 'task') {
    const [step = '', ...error] = detail.split(': ');
    return [timeline.step(names.step(step)), ...(error.length === 0 ? [] : [error.join(': ')])].join(': ');
  }
  if (kind === 'state' && disputeStates.has(what)) {
    const [amount = '', reason = ''] = detail.split(', ');
    return `${withMoney(amount, language)}: ${wordOf(disputeReasons, reason) ?? readable(reason)}`;
  }
  return withMoney(detail, language);
};

/** The shop writes an amount as `1299000 VND`, in the minor unit, at the beginning of a detail. */
const withMoney = (detail: string, language: Language): string => {
  const [found, amount, currency] = /^(\d{1,15}) ([A-Z]{3})(?=$|:)/.exec(detail) ?? [];
  if (found === undefined || amount === undefined || currency === undefined) return detail;
  return formatMoney({ amount: Number(amount), currency }, language) + detail.slice(found.length);
};

/** The failed tasks of the order, which one can retry. */
export const failedTaskIds = (entries: readonly TimelineEntry[]): readonly string[] =>
  entries.flatMap(({ kind, what, id }) => (kind === 'task' && what === 'failed' && id !== null ? [id] : []));
