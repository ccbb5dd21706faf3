import { describe, expect, test } from 'bun:test';
import { physicalPipeline } from '../../core/pipelines/physical.ts';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import { defined } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** A step that the step ledger has accepted is not done again. */
export const stepLedgerContract = (name: string, open: OpenStore): void => {
  describe(`${name}: step ledger`, () => {
    const context = useFreshStore(open);

    test('A step that the step ledger has accepted is leased as already done after the steps change order', async () => {
      const { fixture } = context();
      const [taskId] = await fixture.pay([await fixture.placeOrder(await fixture.createProduct())]);
      const first = defined((await fixture.claimTasks(remoteInvoice)).leases[0]);
      expect(first).toMatchObject({ taskId: defined(taskId), step: 'invoice', alreadyDone: false });
      expect(await fixture.report(first, { kind: 'done', detail: 'R-1' })).toEqual([first.taskId]);
      expect(await fixture.findTask(first.taskId)).toMatchObject({
        step: 'request_shipment',
        state: 'ready',
        attempts: 0,
      });

      const second = defined((await fixture.claimTasks(invoiceLast)).leases[0]);
      expect(second).toMatchObject({ taskId: first.taskId, step: 'invoice', alreadyDone: true });
      expect(second.lease).toBeGreaterThan(first.lease);
    });
  });
};

const [invoice, ...rest] = physicalPipeline.steps;

/** An older release that invoiced by an external step. */
const remoteInvoice: Pipeline = {
  name: physicalPipeline.name,
  steps: [
    { name: invoice.name, historyState: invoice.historyState, kind: 'external', service: 'notify_customer' },
    ...rest,
  ],
};

/** A newer release that invoices after the shipment. */
const invoiceLast: Pipeline = {
  name: physicalPipeline.name,
  steps: [
    { name: 'request_shipment', historyState: 'shipment_requested', kind: 'tx', effect: 'request_shipment' },
    { name: invoice.name, historyState: invoice.historyState, kind: 'external', service: 'notify_customer' },
  ],
};
