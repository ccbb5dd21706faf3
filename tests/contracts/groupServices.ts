import { describe, expect, test } from 'bun:test';
import { pipelineFor } from '../../core/pipelines/index.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import { defined, refundFailed, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** A step service does a step once for all orders of a group. */
export const groupServicesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: step services of groups`, () => {
    const context = useFreshStore(open);
    const pipeline = withServices(pipelineFor('physical'), ['carrier']);
    const tracked = { reference: 'VN-7', url: 'https://carrier.example/VN-7' };

    /** Pays two orders in one checkout. */
    const payGroup = async () => {
      const { fixture } = context();
      const [first, second] = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      await fixture.pay([defined(first), defined(second)]);
      return [defined(first), defined(second)] as const;
    };
    const claim = async () => defined((await context().fixture.claimTasks(pipeline)).leases[0]);
    const idsIn = (body: string | null): readonly string[] =>
      JSON.parse(defined(body)).orders.map(({ id }: { readonly id: string }) => id);

    /** Takes the order out of its group with a refund that fails, and claims its own task. */
    const leaveAndClaim = async (orderId: string) => {
      const { fixture, store } = context();
      const { id } = await fixture.requestRefund(orderId);
      await fixture.finishRefund(id, refundFailed);
      const [own] = await fixture.listTasks({ orderId });
      expect(await unwrap(store.queue.retry([defined(own).id], fixture.now()))).toBe(1);
      const { leases } = await fixture.claimTasks(pipeline);
      return defined(leases.find(({ taskId }) => taskId === defined(own).id));
    };

    test('One request names all orders of the group, and each of them has the reference', async () => {
      const [first, second] = await payGroup();
      const lease = await claim();
      expect(idsIn(lease.body)).toEqual([first.id, second.id]);
      const { fixture } = context();
      await fixture.report(lease, { kind: 'done', detail: 'VN-7', reference: tracked });
      for (const { id } of [first, second]) expect((await fixture.findOrder(id)).shipment).toEqual(tracked);
      expect((await claim()).references).toEqual(
        [first, second].map(({ id }) => ({ orderId: id, step: 'request_shipment', ...tracked })),
      );
    });

    test('An order that leaves its group has no request for the step that the group has asked for', async () => {
      const [first, second] = await payGroup();
      const group = await claim();
      const own = await leaveAndClaim(first.id);
      expect(own).toMatchObject({ step: 'request_shipment', body: null, alreadyDone: false });
      expect(own.orders.map(({ order }) => order.id)).toEqual([first.id]);

      const { fixture } = context();
      await fixture.report(group, { kind: 'done', detail: 'VN-7', reference: tracked });
      expect((await fixture.findOrder(second.id)).shipment).toEqual(tracked);
      expect((await fixture.findOrder(first.id)).shipment).toBeNull();
    });

    test('An order that leaves its group before the group has asked has a request of its own', async () => {
      const [first, second] = await payGroup();
      const own = await leaveAndClaim(first.id);
      expect(idsIn(own.body)).toEqual([first.id]);
      const [group] = await context().fixture.listTasks({ orderId: second.id });
      expect(defined(group)).toMatchObject({ state: 'running', orderIds: [second.id] });
    });

    test('An order that leaves its group while the mail is sent gets a mail of its own', async () => {
      const [first] = await payGroup();
      const { fixture } = context();
      await fixture.report(await claim(), { kind: 'done', detail: 'VN-7', reference: tracked });
      const mail = await claim();
      expect(mail).toMatchObject({ step: 'notify_customer', body: null });
      const { id } = await fixture.requestRefund(first.id);
      await fixture.finishRefund(id, refundFailed);
      const [own] = await fixture.listTasks({ orderId: first.id });
      expect(defined(own).id).not.toBe(mail.taskId);
    });
  });
};
