import { duplicates } from '../chaos/grouping.ts';
import type { CarriedShipment, LicenceRow, RequestedInvoice, Snapshot } from '../chaos/snapshot.ts';
import { type Violation, violation } from '../chaos/violation.ts';
import type { ServedRequest, ServiceServers } from './stepServices.ts';

type ServedOrder = {
  readonly id: string;
  readonly quantity: number;
  readonly total: { readonly amount: number };
};

const ordersIn = ({ body }: ServedRequest): readonly ServedOrder[] => JSON.parse(body).orders;

/** What the checker reads of the services. */
export const readServices = ({
  available,
  served,
}: ServiceServers): {
  readonly carried: readonly CarriedShipment[] | null;
  readonly requestedInvoices: readonly RequestedInvoice[] | null;
} => {
  const ofService = (name: string) => served().filter(({ service }) => service === name);
  return {
    carried: available.includes('carrier')
      ? ofService('carrier').map((request) => ({
          ...{ key: request.key, body: request.body, changed: request.isChanged },
          orderIds: ordersIn(request).map(({ id }) => id),
        }))
      : null,
    requestedInvoices: available.includes('invoice_service')
      ? ofService('invoice_service').map((request) => ({
          ...{
            key: request.key,
            body: request.body,
            isChanged: request.isChanged,
            number: request.reference,
          },
          checkoutId: JSON.parse(request.body).checkoutId,
          lines: ordersIn(request).map(({ id, total }) => ({ orderId: id, amount: total.amount })),
        }))
      : null,
  };
};

/** The licences of the orders that a product service did: it has the keys, and our history says that they are issued. */
export const licencesOfService = (
  { available }: ServiceServers,
  { orders, history }: Pick<Snapshot, 'orders' | 'history'>,
): readonly LicenceRow[] => {
  if (!available.includes('product_service')) return [];
  const issued = new Set(
    history.filter(({ state }) => state === 'licence_issued').map(({ orderId }) => orderId),
  );
  return orders
    .filter(({ id }) => issued.has(id))
    .flatMap(({ id, quantity }) =>
      Array.from({ length: quantity }, (_, index) => ({
        ...{ orderId: id, unit: index + 1 },
        key: `${id} ${index + 1}`,
      })),
    );
};

const statesOfProducts = new Set(['licence_issued', 'booked']);

/** A product service does the step of each order under one key, with one body, and what our history says it did. */
export const checkProductService = (
  { available, served }: ServiceServers,
  { history }: Pick<Snapshot, 'history'>,
): readonly Violation[] => {
  if (!available.includes('product_service')) return [];
  const requests = served().filter(({ service }) => service === 'product_service');
  const done = requests.flatMap((request) => ordersIn(request).map(({ id }) => id));
  const doneIds = new Set(done);
  return [
    ...requests
      .filter(({ isChanged }) => isChanged)
      .map(({ key }) => violation('product_request_changed', key, 'it had two bodies')),
    ...duplicates(done, (id) => id).map((id) => violation('product_served_twice', id, 'it has two keys')),
    ...history
      .filter(({ orderId, state }) => statesOfProducts.has(state) && !doneIds.has(orderId))
      .map(({ orderId, state }) => violation('product_not_served', orderId, `its history says ${state}`)),
  ];
};
