import type { ServiceReference, StepReference } from '../../../core/serviceReference.ts';
import type { Connection } from '../connection.ts';

type Client = Connection['client'];

/** What step services have done for these orders. */
export const createReadReferences = (client: Client) => {
  const ofOrder = client.prepare<[string], StepReference>(
    'select order_id as orderId, step, reference, url from step_reference where order_id = ? order by step',
  );
  return (orderIds: readonly string[]): readonly StepReference[] =>
    orderIds.flatMap((orderId) => ofOrder.all(orderId));
};

/** Runs in the transaction that accepts the step. */
export const createWriteReferences = (client: Client) => {
  const insert = client.prepare<[string, string, string | null, string | null]>(
    'insert into step_reference (order_id, step, reference, url) values (?, ?, ?, ?) on conflict do nothing',
  );
  return (orderIds: readonly string[], step: string, { reference, url }: ServiceReference): void => {
    for (const orderId of orderIds) insert.run(orderId, step, reference, url);
  };
};
