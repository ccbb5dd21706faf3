import { groupBy } from './grouping.ts';
import type { Snapshot } from './snapshot.ts';

/** How often an operator has asked to send the mails of an order again. */
export const countResends = ({ activity }: Snapshot): ((orderId: string | undefined) => number) => {
  const rows = activity.filter(
    ({ action, detail }) => action === 'order.contact' && detail === 'the mails are sent again',
  );
  const rowsOf = groupBy(rows, ({ orderId }) => orderId);
  return (orderId) => rowsOf.get(orderId ?? null)?.length ?? 0;
};

/** The step that a row of the history says was left out. Null for any other row. */
export const skippedStepOf = ({ state, detail }: Snapshot['history'][number]): string | null =>
  state === 'skipped' ? (/^\w+/.exec(detail ?? '')?.[0] ?? '') : null;
