import type { renderExportedOrder } from '../../../api/render/customerExport.ts';
import type { Call } from '../../shared/call.ts';
import type { Outcome } from '../../shared/outcome.ts';
import { pathOf, queryOf } from '../../shared/query.ts';
import type { List, Order } from '../../shared/types.ts';

/** `GET /customers/{id}/export`. */
type Export = {
  readonly orders: readonly ReturnType<typeof renderExportedOrder>[];
  readonly mails: readonly unknown[];
  readonly commands: readonly unknown[];
  readonly keys: readonly unknown[];
};

/** What the shop holds of a person. `more`: too many orders to read them here. */
export type Held =
  | {
      readonly kind: 'counted';
      /** Of their orders and invoices. None after an erasure. */
      readonly addresses: readonly string[];
      readonly counts: Readonly<
        Record<'orders' | 'invoices' | 'refunds' | 'mails' | 'commands' | 'keys', number>
      >;
    }
  | { readonly kind: 'more' };

/** An export of so many orders is some hundred kB. */
export const countedMax = 100;

/** No checkout has a longer number, and the API refuses one. */
const numberMax = 40;

export const exportPath = (customerId: string): string => pathOf('customers', customerId, 'export');

export const createPeopleApi = (call: Call) => {
  const orders = (query: Parameters<typeof queryOf>[0]) =>
    call<List<Order>>({ method: 'GET', path: `/orders${queryOf(query)}` });
  return {
    /** The customer with this id, or of the order with this number. */
    find: async (text: string): Promise<Outcome<string>> => {
      if (text.length > numberMax) return found(text);
      const outcome = await orders({ number: text, limit: 1 });
      return outcome.kind === 'ok' ? found(outcome.value.items[0]?.customerId ?? text) : outcome;
    },
    held: async (customerId: string): Promise<Outcome<Held>> => {
      const first = await orders({ customerId, limit: countedMax });
      if (first.kind !== 'ok') return first;
      if (first.value.nextCursor !== null) return found({ kind: 'more' });
      const outcome = await call<Export>({ method: 'GET', path: exportPath(customerId) });
      return outcome.kind === 'ok' ? found(heldOf(outcome.value)) : outcome;
    },
    erase: (customerId: string) =>
      call<undefined>({ method: 'DELETE', path: pathOf('customers', customerId) }),
  };
};

const found = <Value>(value: Value) =>
  ({ kind: 'ok', value, status: 200, requestId: '', replayed: false }) as const;

const heldOf = ({ orders, mails, commands, keys }: Export): Held => {
  const addresses = orders.flatMap(({ contact, invoice }) => [
    contact.email,
    ...(invoice === null ? [] : [invoice.customer.email]),
  ]);
  return {
    kind: 'counted',
    addresses: [...new Set(addresses)].filter((email) => email !== ''),
    counts: {
      orders: orders.length,
      invoices: orders.filter(({ invoice }) => invoice !== null).length,
      refunds: orders.reduce((sum, order) => sum + order.refunds.length, 0),
      mails: mails.length,
      commands: commands.length,
      keys: keys.length,
    },
  };
};
