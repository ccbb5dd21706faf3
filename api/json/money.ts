import { t } from 'elysia';
import type { Money } from '../../core/money.ts';
import { currency } from '../schemas.ts';
import { component, exactly } from './component.ts';

export const moneyJson = component(
  'Money',
  exactly({
    amount: t.Number({ multipleOf: 1, minimum: 0, description: 'In the minor unit of the currency.' }),
    currency,
  }),
);

export const renderMoney = ({ amount, currency }: Money) => ({ amount, currency });

export const renderMoneyOrNull = (money: Money | null) => (money === null ? null : renderMoney(money));
