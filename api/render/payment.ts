import { type TSchema, t } from 'elysia';
import type { Money } from '../../core/money.ts';
import { type Payment, type PaymentAction, paymentStatuses } from '../../core/payment.ts';
import type { Charge } from '../../core/provider.ts';
import { currency, id, oneOf, orNull } from '../http/schemas.ts';
import { component, exactly, listSchema, type Shown } from './component.ts';

const amount = t.Number({ multipleOf: 1, minimum: 0, description: 'In the minor unit of the currency.' });

export const paymentJson = component(
  'Payment',
  exactly({
    id,
    status: oneOf(paymentStatuses),
    amount,
    currency,
    method: t.String(),
    declineCode: orNull(t.String()),
  } satisfies Shown<Omit<Payment, 'amount'> & Money, TSchema, 'reference' | 'action'>),
);

export const renderPayment = ({ id, status, amount, method, declineCode }: Payment) =>
  ({
    id,
    status,
    amount: amount.amount,
    currency: amount.currency,
    method,
    declineCode,
  }) satisfies Shown<Omit<Payment, 'amount'> & Money, unknown, 'reference' | 'action'>;

export const actionJson = component(
  'PaymentAction',
  exactly({
    clientSecret: orNull(
      t.String({ description: 'For the payment provider’s own script in the customer’s browser.' }),
    ),
    redirectUrl: orNull(t.String({ description: 'Where to send the customer instead.' })),
  } satisfies Shown<PaymentAction, TSchema>),
);

export const renderAction = ({ clientSecret, redirectUrl }: PaymentAction) =>
  ({ clientSecret, redirectUrl }) satisfies Shown<PaymentAction, unknown>;

export const chargeJson = component(
  'Charge',
  exactly({
    id: t.String(),
    idempotencyKey: t.String({ description: 'The payment that it was sent for.' }),
    amount,
    currency,
    status: oneOf(['succeeded', 'declined', 'requires_action', 'cancelled']),
    declineCode: orNull(t.String()),
    createdAt: t.String({ format: 'date-time' }),
  } satisfies Shown<Omit<Charge, 'amount'> & Money, TSchema>),
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
  }) satisfies Shown<Omit<Charge, 'amount'> & Money, unknown>;
