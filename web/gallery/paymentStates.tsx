import type { ComponentChildren } from 'preact';
import { Button, LinkButton } from '../parts/Button.tsx';
import type { Language } from '../shared/language.ts';
import { formatSpan } from '../shared/time.ts';
import type { PaymentLook } from '../shop/views/PaymentView.tsx';
import type { Messages } from '../words/en.ts';
import { messagesOf } from '../words/messages.ts';

type PaymentText = {
  readonly look: PaymentLook;
  readonly title: string;
  readonly text: readonly string[];
  readonly actions: readonly string[];
};

const clock = 'Đồng hồ để bàn gỗ sồi';

const state = (
  look: PaymentLook,
  title: string,
  text: readonly string[],
  actions: readonly string[] = [],
): PaymentText => ({ look, title, text, actions });

/** Each state of the payment page, in the shop's own words. */
const states = {
  asking: ({ pay }) => state('asking', pay.asking.title, [pay.asking.text]),
  confirm: ({ pay }) =>
    state('yours', pay.action.title, [pay.action.text], [pay.action.confirm, pay.action.giveUp]),
  unknown: ({ pay }) =>
    state('asking', pay.confirming.title, [pay.confirming.text, pay.confirming.close], [pay.seeOrders]),
  retrying: ({ pay }, wait) =>
    state(
      'asking',
      pay.retrying.title,
      [pay.retrying.text, `${pay.retrying.next(wait)} ${pay.retrying.tries(2)}`],
      [pay.retrying.now, pay.retrying.stop],
    ),
  stale: ({ pay }) =>
    state('yours', pay.stale.title, [pay.stale.text('14:03')], [pay.stale.goOn, pay.stale.leave]),
  declined: ({ pay, declines }) =>
    state(
      'stopped',
      pay.declined.title,
      [`${declines.insufficient_funds} ${pay.declined.text}`],
      [pay.anotherMethod, pay.backToCart],
    ),
  conflict: ({ pay }) => state('settled', pay.conflict.paidTitle, [pay.conflict.paid(clock)], [pay.seeOrder]),
  outOfStock: ({ pay, problems }) =>
    state(
      'stopped',
      problems.out_of_stock.title,
      [pay.stock.left(clock, 1), pay.declined.text],
      [pay.stock.take(1), pay.stock.remove],
    ),
  tooMany: ({ pay, problems, limits }, wait) =>
    state('stopped', problems.rate_limited.title, [limits.declines(wait)], [pay.backToCart]),
  signedOut: ({ pay, signIn }) => state('yours', pay.signedOut.title, [pay.signedOut.text], [signIn.title]),
  paid: ({ pay }) => state('paid', pay.paid.title, [pay.paid.text], [pay.seeOrder, pay.keepShopping]),
} as const satisfies Record<string, (words: Messages, wait: string) => PaymentText>;

export type PaymentStateName = keyof typeof states;

const isName = (name: string): name is PaymentStateName => Object.hasOwn(states, name);

export const paymentStateNames: readonly PaymentStateName[] = Object.keys(states).filter(isName);

export const paymentTextOf = (name: PaymentStateName, language: Language): PaymentText =>
  states[name](messagesOf(language), formatSpan(8_000, language));

/** The first action is the one that most people want. */
export const paymentActions = (actions: readonly string[]): ComponentChildren =>
  actions.map((label, index) =>
    index === 0 ? (
      <Button key={label} look="main">
        {label}
      </Button>
    ) : (
      <LinkButton key={label} href="#main">
        {label}
      </LinkButton>
    ),
  );
