import { type TSchema, t } from 'elysia';
import type { Money } from '../../core/money.ts';
import { type Payment, type PaymentAction, paymentStatuses } from '../../core/payment.ts';
import type { Charge } from '../../core/provider.ts';
import { id, nullable, oneOf, shownCurrency, strictObject } from '../http/schemas.ts';
import { component, listSchema, type RenderedFields } from './component.ts';

const amount = t.Number({ multipleOf: 1, minimum: 0, description: 'In the minor unit of the currency.' });

export const paymentJson = component(
  'Payment',
  strictObject({
    id,
    status: oneOf(paymentStatuses),
    amount,
    currency: shownCurrency,
    method: t.String(),
    declineCode: nullable(t.String()),
  } satisfies RenderedFields<Omit<Payment, 'amount'> & Money, TSchema, 'reference' | 'action'>),
);

export const renderPayment = ({ id, status, amount, method, declineCode }: Payment) =>
  ({
    id,
    status,
    amount: amount.amount,
    currency: amount.currency,
    method,
    declineCode,
  }) satisfies RenderedFields<Omit<Payment, 'amount'> & Money, unknown, 'reference' | 'action'>;

export const actionJson = component(
  'PaymentAction',
  strictObject({
    clientSecret: nullable(
      t.String({ description: 'The secret for the payment provider’s script in the customer’s browser.' }),
    ),
    redirectUrl: nullable(
      t.String({ description: 'The page to send the customer to, if there is no client secret.' }),
    ),
  } satisfies RenderedFields<PaymentAction, TSchema>),
);

export const renderAction = ({ clientSecret, redirectUrl }: PaymentAction) =>
  ({ clientSecret, redirectUrl }) satisfies RenderedFields<PaymentAction, unknown>;

export const chargeJson = component(
  'Charge',
  strictObject({
    id: t.String(),
    idempotencyKey: t.String({ description: 'The key that the provider got: the id of the payment.' }),
    amount,
    currency: shownCurrency,
    status: oneOf(['succeeded', 'declined', 'requires_action', 'cancelled']),
    declineCode: nullable(t.String()),
    createdAt: t.String({ format: 'date-time' }),
  } satisfies RenderedFields<Omit<Charge, 'amount'> & Money, TSchema>),
);

export const chargeListJson = listSchema(chargeJson);

export const renderCharge = ({ id, idempotencyKey, amount, status, declineCode, createdAtMs }: Charge) =>
  ({
    id,
    idempotencyKey,
    amount: amount.amount,
    currency: amount.currency,
    status,
    declineCode,
    createdAt: new Date(createdAtMs).toISOString(),
  }) satisfies RenderedFields<Omit<Charge, 'amount'> & Money, unknown>;
