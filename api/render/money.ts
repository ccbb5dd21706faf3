import { type TSchema, t } from 'elysia';
import type { Money } from '../../core/money.ts';
import { currency } from '../http/schemas.ts';
import { component, exactly, type Shown } from './component.ts';

export const moneyJson = component(
  'Money',
  exactly({
    amount: t.Number({ multipleOf: 1, minimum: 0, description: 'In the minor unit of the currency.' }),
    currency,
  } satisfies Shown<Money, TSchema>),
);

export const renderMoney = ({ amount, currency }: Money) =>
  ({ amount, currency }) satisfies Shown<Money, unknown>;

export const renderMoneyOrNull = (money: Money | null) => (money === null ? null : renderMoney(money));
