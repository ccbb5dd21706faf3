import { type TSchema, t } from 'elysia';
import type { Money } from '../../core/money.ts';
import { shownCurrency, strictObject } from '../http/schemas.ts';
import { component, type RenderedFields } from './component.ts';

export const moneyJson = component(
  'Money',
  strictObject({
    amount: t.Number({ multipleOf: 1, minimum: 0, description: 'In the minor unit of the currency.' }),
    currency: shownCurrency,
  } satisfies RenderedFields<Money, TSchema>),
);

export const renderMoney = ({ amount, currency }: Money) =>
  ({ amount, currency }) satisfies RenderedFields<Money, unknown>;

export const renderMoneyOrNull = (money: Money | null) => (money === null ? null : renderMoney(money));
