import { describe, expect, test } from 'bun:test';
import { receiptMail } from '../../core/mail.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import type { Pipeline, StepService } from '../../core/pipelines/pipeline.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import type { Lease } from '../../core/queue.ts';
import type { ServiceReference } from '../../core/serviceReference.ts';
import { leakAgeMaxMs } from '../../core/stockCheck.ts';
import { defined, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenWithBackdoor, useFreshStore } from './testContext.ts';

/** Steps that a service of another company does. */
export const stepServicesContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: step services`, () => {
    const context = useFreshStore(open);

    /** Pays an order and leases its task at the step of this service. */
    const leaseStep = async (type: string, services: readonly StepService[], stock: number | null = null) => {
      const { fixture } = context();
      const product = await fixture.createProduct({ type, stock });
      const order = await fixture.placeOrder(product, {
        quantity: 2,
        contact: { email: 'an@example.com', language: 'vi' },
      });
      await fixture.pay([order]);
      const pipeline = withServices(pipelineFor(type), services);
      const lease = defined((await fixture.claimTasks(pipeline)).leases[0]);
      return { order, product, pipeline, lease };
    };

    const finish = (lease: Lease, reference: ServiceReference) =>
      context().fixture.report(lease, { kind: 'done', detail: reference.reference, reference });

    const tracked = { reference: 'VN-7', url: 'https://carrier.example/VN-7' };

    test('The lease of a step of a carrier has the request, with the address of the customer', async () => {
      const { order, lease } = await leaseStep('physical', ['carrier']);
      expect(lease).toMatchObject({ step: 'request_shipment', references: [], alreadyDone: false });
      const { checkoutId } = await context().fixture.findOrder(order.id);
      expect(JSON.parse(defined(lease.body ?? undefined))).toEqual({
        taskId: lease.taskId,
        checkoutId,
        customerId: order.customerId,
        step: 'request_shipment',
        orders: [
          {
            id: order.id,
            product: order.product,
            quantity: 2,
            total: order.total,
            contact: { email: 'an@example.com', language: 'vi' },
          },
        ],
      });
    });

    test('Only the request to a carrier has the address of the customer', async () => {
      const requests = [
        await leaseStep('physical', ['invoice_service']),
        await leaseStep('digital', ['product_service']),
        await leaseStep('service', ['product_service']),
      ];
      expect(requests.map(({ lease }) => lease.step)).toEqual(['invoice', 'issue_licence', 'book']);
      for (const { lease, order } of requests) {
        expect(lease.body).toContain(order.id);
        expect(lease.body).not.toContain('an@example.com');
      }
    });

    test('The lease of a mail has no request', async () => {
      const { lease } = await leaseStep('physical', []);
      expect(lease).toMatchObject({ step: 'notify_customer', body: null });
    });

    test('A later attempt gets the request of the first one, also from a newer release', async () => {
      const { pipeline, lease } = await leaseStep('physical', ['carrier']);
      const { fixture, store, world } = context();
      await fixture.report(lease, { kind: 'retry', error: 'busy', runAtMs: fixture.now() });
      const second = defined((await fixture.claimTasks(pipeline)).leases[0]);
      expect(second).toMatchObject({ lease: 2, body: lease.body });

      world.advance(30_000);
      expect(await unwrap(store.queue.rescue({ nowMs: fixture.now(), crashesMax: 5, limit: 10 }))).toBe(1);
      const third = defined((await fixture.claimTasks(shipsWithoutAddress(pipeline))).leases[0]);
      expect(third.lease).toBeGreaterThan(2);
      expect(third.body).toBe(lease.body);
    });

    test('An accepted step has its reference in the history, the order and the lease of the mail', async () => {
      const { order, pipeline, lease } = await leaseStep('physical', ['carrier']);
      const { fixture } = context();
      expect((await fixture.findOrder(order.id)).shipment).toBeNull();
      expect(await finish(lease, tracked)).toEqual([lease.taskId]);

      const { history, shipment } = await fixture.findOrder(order.id);
      expect(shipment).toEqual(tracked);
      expect(history.find(({ state }) => state === 'shipment_requested')?.detail).toBe('VN-7');
      const mail = defined((await fixture.claimTasks(pipeline)).leases[0]);
      expect(mail.step).toBe('notify_customer');
      expect(mail.references).toEqual([{ orderId: order.id, step: 'request_shipment', ...tracked }]);
    });

    test('A request is stored until its step is accepted, because it has the address of the customer', async () => {
      const { lease } = await leaseStep('physical', ['carrier']);
      expect(await context().backdoor.storedRequests()).toEqual([defined(lease.body)]);
      await finish(lease, tracked);
      expect(await context().backdoor.storedRequests()).toEqual([]);
    });

    test('The references of several steps are in the lease of the mail, in the order of their steps', async () => {
      const { order, pipeline, lease } = await leaseStep('service', ['product_service', 'invoice_service']);
      const { fixture } = context();
      await finish(lease, { reference: 'seat 4', url: null });
      const invoice = defined((await fixture.claimTasks(pipeline)).leases[0]);
      await finish(invoice, { reference: null, url: 'https://invoices.example/9' });
      const mail = defined((await fixture.claimTasks(pipeline)).leases[0]);
      expect(mail.references).toEqual([
        { orderId: order.id, step: 'book', reference: 'seat 4', url: null },
        { orderId: order.id, step: 'invoice', reference: null, url: 'https://invoices.example/9' },
      ]);
      const found = await fixture.findOrder(order.id);
      expect(found).toMatchObject({ shipment: null, invoice: null });
      expect(mail.invoiceNumber).toBeNull();
    });

    test('The reference of a product service is the licence of a digital order and the booking of a service', async () => {
      const { fixture } = context();
      for (const [type, shown] of [
        ['digital', { licences: ['KEY-7'], bookings: [], shipment: null }],
        ['service', { licences: [], bookings: ['KEY-7'], shipment: null }],
      ] as const) {
        const { order, pipeline, lease } = await leaseStep(type, ['product_service']);
        expect(await fixture.findOrder(order.id)).toMatchObject({ licences: [], bookings: [] });
        await finish(lease, { reference: 'KEY-7', url: 'https://products.example/7' });
        expect(await fixture.findOrder(order.id)).toMatchObject(shown);
        const mail = defined((await fixture.claimTasks(pipeline)).leases[0]);
        const { text, html } = receiptMail({ ...mail, attachments: [] }, '<1@x>');
        for (const body of [text, html]) {
          expect(body.match(/KEY-7/g)).toHaveLength(1);
          expect(body).toContain('https://products.example/7');
        }
      }
    });

    test('A product service that sends no reference leaves the order without a licence', async () => {
      const { order, lease } = await leaseStep('digital', ['product_service']);
      await finish(lease, { reference: null, url: null });
      expect(await context().fixture.findOrder(order.id)).toMatchObject({ licences: [], bookings: [] });
    });

    test('A shipment without a reference is no shipment of the order that people can follow', async () => {
      const { order, lease } = await leaseStep('physical', ['carrier']);
      await finish(lease, { reference: null, url: null });
      const { shipment, history } = await context().fixture.findOrder(order.id);
      expect(shipment).toBeNull();
      expect(history.slice(-2)).toMatchObject([
        { state: 'shipment_requested', detail: null },
        { state: 'completed' },
      ]);
    });

    test('A report under an old lease stores no reference', async () => {
      const { order, pipeline, lease } = await leaseStep('physical', ['carrier']);
      const { fixture } = context();
      await fixture.report(lease, { kind: 'retry', error: 'busy', runAtMs: fixture.now() });
      await fixture.claimTasks(pipeline);
      expect(await finish(lease, tracked)).toEqual([]);
      expect((await fixture.findOrder(order.id)).shipment).toBeNull();
    });

    test.each([
      ['physical', ['carrier'], 8],
      ['digital', ['product_service'], 8],
      ['service', ['product_service'], 10],
    ] as const)(
      'A refund of a %s order puts back what %p has not taken out of the shop',
      async (type, services, left) => {
        const { order, product, lease } = await leaseStep(type, services, 10);
        await finish(lease, { reference: 'R-1', url: null });
        const { fixture, store, world } = context();
        const { id } = await fixture.requestRefund(order.id);
        await fixture.finishRefund(id, refundSucceeded);
        expect((await unwrap(store.products.find(product.id)))?.stock).toBe(left);

        // The comparison of the stock does not take the units that are gone for a leak.
        world.advance(leakAgeMaxMs);
        await unwrap(store.ledger.compareStock({ afterProductId: null, afterOrderId: null }, fixture.now()));
        expect((await unwrap(store.ledger.counts(fixture.now()))).stock_differs.count).toBe(0);
      },
    );
  });
};

/** A newer release of the pipeline, whose request would not have the customer's address. */
const shipsWithoutAddress = (pipeline: Pipeline): Pipeline => {
  const [first, ...rest] = pipeline.steps;
  return {
    ...pipeline,
    steps: [
      first,
      ...rest.map((step) =>
        step.kind === 'external' && step.service === 'carrier'
          ? { ...step, service: 'product_service' as const }
          : step,
      ),
    ],
  };
};
