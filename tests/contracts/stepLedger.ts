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
      const first = defined((await fixture.claimTasks(remoteReservation)).leases[0]);
      expect(first).toMatchObject({ taskId: defined(taskId), step: 'reserve_stock', alreadyDone: false });
      expect(await fixture.report(first, { kind: 'done', detail: 'R-1' })).toEqual([first.taskId]);
      expect(await fixture.findTask(first.taskId)).toMatchObject({
        step: 'invoice',
        state: 'ready',
        attempts: 0,
      });

      const second = defined((await fixture.claimTasks(reservationLast)).leases[0]);
      expect(second).toMatchObject({ taskId: first.taskId, step: 'reserve_stock', alreadyDone: true });
      expect(second.lease).toBeGreaterThan(first.lease);
    });
  });
};

const [reserve, invoice, ...rest] = physicalPipeline.steps;

/** An older release that reserved the goods by an external step. */
const remoteReservation: Pipeline = {
  name: physicalPipeline.name,
  steps: [
    { name: reserve.name, historyState: reserve.historyState, kind: 'external', service: 'notify_customer' },
    ...(invoice === undefined ? [] : [invoice]),
    ...rest,
  ],
};

/** A newer release that reserves the goods after the invoice. */
const reservationLast: Pipeline = {
  name: physicalPipeline.name,
  steps: [
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    { name: reserve.name, historyState: reserve.historyState, kind: 'external', service: 'notify_customer' },
  ],
};
