import { describe, expect, test } from 'bun:test';
import type { InvoiceRenderer } from '../../core/invoiceDocument.ts';
import type { Mail, MailOutcome } from '../../core/mail.ts';
import type { Lease } from '../../core/queue.ts';
import { mailAttemptsMax } from '../../core/retry.ts';
import { noStepServices, type StepServices } from '../../core/stepService.ts';
import { createRunStep } from '../../core/usecases/runStep.ts';
import { invoiceOf } from '../pdf/samples.ts';
import { plainRenderer } from '../plainRenderer.ts';
import { createTestWorld } from '../world.ts';
import { order } from './samples.ts';

const lease = (changes: Partial<Lease> = {}): Lease => ({
  taskId: 'task',
  lease: 3,
  untilMs: 2_000,
  pipeline: 'physical',
  step: 'notify_customer',
  attempts: 0,
  probe: null,
  checkoutId: 'checkout-1',
  orders: [{ order: order('order-1'), licences: [] }],
  contact: { email: 'an@example.com', language: 'en' },
  invoiceNumber: '2026-000001',
  issuedInvoice: null,
  references: [],
  body: null,
  alreadyDone: false,
  ...changes,
});

describe('External steps', () => {
  const createTestStep = (
    nowMs: number,
    outcome: MailOutcome = { kind: 'accepted' },
    invoiceRenderer: InvoiceRenderer = plainRenderer,
  ) => {
    const sent: Mail[] = [];
    const mailer = {
      send: async (mail: Mail) => {
        sent.push(mail);
        return outcome;
      },
    };
    const ports = { mailer, invoiceRenderer, stepServices: noStepServices, world: createTestWorld(nowMs, 1) };
    const runStep = createRunStep(ports, { mailDomain: 'shop.test' });
    return { sent, runStep };
  };
  const messageId = '<task.notify_customer@shop.test>';

  test('The notification sends one mail, and reports its id', async () => {
    const { sent, runStep } = createTestStep(1_000);
    const report = await runStep(lease());
    expect(report).toEqual({ taskId: 'task', lease: 3, outcome: { kind: 'done', detail: messageId } });
    expect(sent).toMatchObject([{ messageId, to: 'an@example.com', orderIds: ['order-1'] }]);
  });

  test('Every attempt sends the mail with the same id', async () => {
    const { sent, runStep } = createTestStep(1_000);
    await runStep(lease());
    await runStep(lease({ lease: 4, attempts: 2 }));
    expect(sent.map((mail) => mail.messageId)).toEqual([messageId, messageId]);
    expect(sent[1]).toEqual(sent[0]);
  });

  test('The mail of the task that issued the invoice has it as a PDF, in each attempt', async () => {
    const { sent, runStep } = createTestStep(1_000);
    await runStep(lease({ issuedInvoice: invoiceOf() }));
    await runStep(lease({ issuedInvoice: invoiceOf(), lease: 4, attempts: 2 }));
    const content = await plainRenderer.render(invoiceOf());
    expect(sent.map(({ attachments }) => attachments)).toEqual(
      Array(2).fill([{ name: 'invoice-2026-000001.pdf', type: 'application/pdf', content }]),
    );
  });

  test('The mail of a task that found the invoice of another has its number and no attachment', async () => {
    const { sent, runStep } = createTestStep(1_000);
    await runStep(lease());
    expect(sent[0]?.text).toContain('2026-000001');
    expect(sent[0]?.attachments).toEqual([]);
  });

  test('No mail is sent without the invoice that belongs to it', async () => {
    const broken: InvoiceRenderer = { render: () => Promise.reject(new Error('no such font')) };
    const { sent, runStep } = createTestStep(1_000, { kind: 'accepted' }, broken);
    await expect(runStep(lease({ issuedInvoice: invoiceOf() }))).rejects.toThrow(
      'the invoice 2026-000001 cannot be drawn: no such font',
    );
    expect(sent).toEqual([]);
  });

  test('A step that is done already sends no mail', async () => {
    const { sent, runStep } = createTestStep(1_000);
    const report = await runStep(lease({ alreadyDone: true }));
    expect(report?.outcome).toEqual({ kind: 'done', detail: null });
    expect(sent).toEqual([]);
  });

  test('A step under a lease that has ended does nothing', async () => {
    for (const nowMs of [2_000, 2_001]) {
      const { sent, runStep } = createTestStep(nowMs);
      expect(await runStep(lease())).toBeNull();
      expect(sent).toEqual([]);
    }
    expect(await createTestStep(1_999).runStep(lease())).not.toBeNull();
  });

  test('A deferred mail is retried, up to the last attempt', async () => {
    const { runStep } = createTestStep(1_000, { kind: 'deferred', reason: '451 later' });
    const first = await runStep(lease());
    expect(first?.outcome).toMatchObject({ kind: 'retry', error: '451 later' });
    const last = await runStep(lease({ attempts: mailAttemptsMax - 1 }));
    expect(last?.outcome).toEqual({ kind: 'failed', error: '451 later' });
    const secondToLast = await runStep(lease({ attempts: mailAttemptsMax - 2 }));
    expect(secondToLast?.outcome.kind).toBe('retry');
  });

  test('A mail that its server cannot take counts no attempt', async () => {
    const { runStep } = createTestStep(1_000, { kind: 'unavailable', reason: 'down' });
    for (const attempts of [0, mailAttemptsMax])
      expect((await runStep(lease({ attempts })))?.outcome).toEqual({
        kind: 'unavailable',
        error: 'down',
        retryAfterMs: null,
      });
  });

  test('A rejected mail fails the step', async () => {
    const { runStep } = createTestStep(1_000, { kind: 'rejected', reason: '550 no such mailbox' });
    expect((await runStep(lease()))?.outcome).toEqual({ kind: 'failed', error: '550 no such mailbox' });
  });

  const createServiceStep = (call: StepServices['call']) => {
    const stepServices: StepServices = { available: ['invoice_service'], call };
    const mailer = { send: async (): Promise<MailOutcome> => ({ kind: 'accepted' }) };
    const ports = { mailer, invoiceRenderer: plainRenderer, stepServices, world: createTestWorld(1_000, 1) };
    return createRunStep(ports, { mailDomain: 'shop.test' });
  };
  const reference = { reference: 'INV-7', url: null };
  const request = { key: 'checkout-1.invoice', answer: null };
  const asking = (changes: Partial<Lease> = {}) =>
    lease({ step: 'invoice', body: '{}', invoiceRequest: request, ...changes });

  test('The request for an invoice has the key of its checkout', async () => {
    const keys: string[] = [];
    const runStep = createServiceStep(async ({ key }) => {
      keys.push(key);
      return { kind: 'done', reference };
    });
    expect((await runStep(asking()))?.outcome).toEqual({ kind: 'done', detail: 'INV-7', reference });
    await runStep(asking({ attempts: 1 }));
    expect(keys).toEqual([request.key, request.key]);
  });

  test('A task whose checkout has the answer calls no invoice service', async () => {
    const runStep = createServiceStep(() => Promise.reject(new Error('it was called')));
    const answered = asking({ body: null, invoiceRequest: { ...request, answer: reference } });
    expect((await runStep(answered))?.outcome).toEqual({ kind: 'done', detail: 'INV-7', reference });
  });

  test('Tasks of one checkout that ask at once share a call, and each checkout has its own', async () => {
    let calls = 0;
    const runStep = createServiceStep(async () => {
      calls++;
      return { kind: 'done', reference };
    });
    const other = { key: 'checkout-2.invoice', answer: null };
    const reports = await Promise.all([
      runStep(asking()),
      runStep(asking({ taskId: 'second', pipeline: 'service' })),
      runStep(asking({ taskId: 'third', invoiceRequest: other })),
    ]);
    expect(reports.map((report) => report?.outcome.kind)).toEqual(['done', 'done', 'done']);
    expect(calls).toBe(2);
  });

  test('A lease at a step that is not external throws', async () => {
    const { runStep } = createTestStep(1_000);
    await expect(runStep(lease({ step: 'reserve_stock' }))).rejects.toThrow('reserve_stock');
    await expect(runStep(lease({ step: 'no such step' }))).rejects.toThrow('no such step');
  });
});
