import { isInvoiceStep } from '../../../core/invoiceRequest.ts';
import { pipelineFor } from '../../../core/pipelines/index.ts';
import type { StepReport } from '../../../core/queue.ts';
import { planReports } from '../../../core/steps.ts';
import type { Connection } from '../connection.ts';
import { createWriteReferences } from '../orders/references.ts';
import { createWriteInvoiceAnswer } from './invoiceRequests.ts';
import { orderSeqsOf, selectTaskRows, type TaskRow } from './tasks.ts';
import { createWriteTransitions } from './transitions.ts';

/** See `Queue.report`. Runs in the caller's transaction. */
export const createReport = (connection: Connection) => {
  const { client } = connection;
  const writeTransitions = createWriteTransitions(connection);
  const leased = client.prepare<[string, number], TaskRow>(
    `${selectTaskRows} where t.id = ? and t.lease = ? and t.state = 'running' and t.checkout_id is not null`,
  );
  const writeReferences = createWriteReferences(client);
  const writeInvoiceAnswer = createWriteInvoiceAnswer(connection);
  const accept = client.prepare<[number, string, string]>(
    'update step_ledger set accepted_ms = ?, body = null where task_id = ? and step = ? and accepted_ms is null',
  );

  return (reports: readonly StepReport[], nowMs: number): readonly string[] => {
    const accepted = new Map<string, { readonly row: TaskRow; readonly outcome: StepReport['outcome'] }>();
    for (const { taskId, lease, outcome } of reports) {
      const row = leased.get(taskId, lease);
      // Of two reports under one lease the first counts.
      if (row !== undefined && !accepted.has(taskId)) accepted.set(taskId, { row, outcome });
    }
    const reported = [...accepted.values()].map(({ row, outcome }) => ({
      pipeline: pipelineFor(row.pipeline),
      checkoutId: row.checkoutId,
      task: { id: row.taskId, step: row.step, orders: orderSeqsOf(row) },
      outcome,
    }));
    for (const { task, outcome, pipeline, checkoutId } of reported) {
      if (outcome.kind !== 'done') continue;
      accept.run(nowMs, task.id, task.step);
      const orderIds = task.orders.map(({ order }) => order.id);
      if (outcome.reference === undefined) continue;
      writeReferences(orderIds, task.step, outcome.reference);
      if (isInvoiceStep(pipeline.name, task.step)) writeInvoiceAnswer(checkoutId, outcome.reference, nowMs);
    }
    writeTransitions(planReports(reported), nowMs);
    return [...accepted.keys()];
  };
};
