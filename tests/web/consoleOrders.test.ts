import { describe, expect, test } from 'bun:test';
import { paymentStatuses } from '../../core/payment.ts';
import { pipelines } from '../../core/pipelines/index.ts';
import { taskStates } from '../../core/queue.ts';
import { refundOrigins, refundStatuses } from '../../core/refund.ts';
import { orderFilterNames, readFilters, writeFilters } from '../../web/console/orders/orderFilters.ts';
import type { Refund, TimelineEntry } from '../../web/console/orders/ordersApi.ts';
import { emptyRefundForm, judgeRefundForm, type RefundForm } from '../../web/console/orders/refundForm.ts';
import { leftOf, whyNoRefund } from '../../web/console/orders/refundStates.ts';
import { failedTaskIds, timelineItems } from '../../web/console/orders/timelineItems.ts';
import { consoleEnOrders } from '../../web/words/consoleEnOrders.ts';
import { consoleEnRefunds } from '../../web/words/consoleEnRefunds.ts';
import { consoleViOrders } from '../../web/words/consoleViOrders.ts';
import { consoleViRefunds } from '../../web/words/consoleViRefunds.ts';
import { enHistoryStates } from '../../web/words/enOrders.ts';

const dong = (amount: number) => ({ amount, currency: 'VND' });

const refund = (amount: number, status: Refund['status']): Refund => ({
  id: crypto.randomUUID(),
  orderId: 'o',
  paymentId: 'p',
  amount: dong(amount),
  origin: 'operator',
  reason: 'damaged',
  restock: null,
  status,
  creditNote: null,
  creditedLine: null,
  error: null,
  createdAt: '2026-03-01T00:00:00.000Z',
  updatedAt: '2026-03-01T00:00:00.000Z',
});

describe('What is left to refund', () => {
  test('Requested and succeeded refunds count, failed ones do not', () => {
    const refunds = [refund(10, 'requested'), refund(20, 'succeeded'), refund(40, 'failed')];
    expect(leftOf({ total: dong(100) }, refunds)).toEqual(dong(70));
    expect(leftOf({ total: dong(100) }, [refund(120, 'succeeded')])).toEqual(dong(0));
  });

  test('An order that was never paid, is disputed or has nothing left says why it cannot be refunded', () => {
    const left = dong(5);
    for (const status of ['pending', 'paying', 'cancelled'] as const)
      expect(whyNoRefund({ status, disputed: false }, left)).toBe('not_paid');
    for (const status of ['paid', 'completed', 'failed', 'refunded'] as const) {
      expect(whyNoRefund({ status, disputed: false }, left)).toBeNull();
      expect(whyNoRefund({ status, disputed: true }, left)).toBe('disputed');
      expect(whyNoRefund({ status, disputed: false }, dong(0))).toBe('nothing_left');
    }
  });
});

describe('The form of a refund', () => {
  const judge = (form: Partial<RefundForm>, left = 100) =>
    judgeRefundForm({ ...emptyRefundForm, reason: 'damaged', ...form }, 'o', dong(left), 'en');

  test('All that is left is sent without an amount, so that the shop says what it is', () => {
    expect(judge({})).toEqual({
      amount: dong(100),
      problems: {},
      body: { orderId: 'o', reason: 'damaged' },
    });
  });

  test('A part is sent with its amount, and with what becomes of the goods', () => {
    expect(judge({ isWhole: false, part: '40', restock: 'yes' }).body).toEqual({
      orderId: 'o',
      amount: 40,
      reason: 'damaged',
      restock: true,
    });
    expect(judge({ restock: 'no' }).body).toEqual({ orderId: 'o', reason: 'damaged', restock: false });
  });

  test.each([
    ['', 'not_an_amount'],
    ['many', 'not_an_amount'],
    ['0', 'zero'],
    ['101', 'too_large'],
  ] as const)('The part “%s” is refused as %s, and nothing is sent', (part, problem) => {
    const { problems, body } = judge({ isWhole: false, part });
    expect([problems.part, body]).toEqual([problem, null]);
  });

  test('A reason is needed, and has at most 500 characters', () => {
    expect(judge({ reason: '  ' })).toMatchObject({ problems: { reason: 'missing' }, body: null });
    expect(judge({ reason: 'x'.repeat(501) })).toMatchObject({
      problems: { reason: 'too_long' },
      body: null,
    });
    expect(judge({ reason: ` ${'x'.repeat(500)} ` }).body).not.toBeNull();
  });
});

describe('The filters of a list', () => {
  test('An address gives the filters, and the filters give the same address', () => {
    const address = 'status=paid&type=digital&from=2026-03-01&to=2026-03-02&number=CW-7&customerId=lan';
    expect(writeFilters(orderFilterNames, readFilters(orderFilterNames, address))).toBe(address);
  });

  test('Their order does not matter, and what is empty or no filter is left out', () => {
    const filters = readFilters(orderFilterNames, { type: 'digital', status: 'paid', cursor: 'x', q: 'áo' });
    expect(writeFilters(orderFilterNames, filters)).toBe('status=paid&type=digital');
    expect(writeFilters(orderFilterNames, { number: '  ' })).toBe('');
  });
});

const entry = (fields: Partial<TimelineEntry> & Pick<TimelineEntry, 'kind' | 'what'>): TimelineEntry => ({
  at: '2026-03-01T00:00:00.000Z',
  id: null,
  detail: null,
  declineCode: null,
  actor: null,
  requestId: null,
  ...fields,
});

describe.each([
  ['en', consoleEnOrders],
  ['vi', consoleViOrders],
] as const)('The timeline in %s', (language, words) => {
  const shown = (each: TimelineEntry) => timelineItems([each], { language, words })[0];

  test('Every word of the shop has a word of its own', () => {
    const has = (dictionary: object, names: Iterable<string>) => {
      for (const name of names) expect([name, Object.hasOwn(dictionary, name)]).toEqual([name, true]);
    };
    has(words.states, Object.keys(enHistoryStates));
    has(
      words.states,
      [...pipelines.values()].flatMap(({ steps }) => steps.map(({ historyState }) => historyState)),
    );
    has(words.payments, paymentStatuses);
    has(words.tasks, taskStates);
    has(words.refundStatuses, refundStatuses);
  });

  test('A command says who did it, and keeps the id of its request', () => {
    const command = entry({
      kind: 'command',
      what: 'refund.request',
      detail: 'damaged',
      actor: { id: 'u', email: 'an@example.com' },
      requestId: 'req-1',
    });
    expect(shown(command)).toMatchObject({
      title: words.actions['refund.request'],
      lines: [words.timeline.by('an@example.com'), 'damaged'],
      requestId: 'req-1',
    });
    const byKey = entry({ ...command, actor: { id: 'k', name: 'warehouse' } });
    expect(shown(byKey)?.lines[0]).toBe(words.timeline.by(words.timeline.key('warehouse')));
  });

  test('An attempt to pay has its decline code', () => {
    const declined = entry({ kind: 'payment', what: 'declined', declineCode: 'expired_card' });
    expect(shown(declined)).toMatchObject({
      tone: 'warn',
      title: words.payments.declined,
      lines: [words.timeline.decline('expired_card')],
    });
  });

  test('A failed task names its step and its error, also one with colons in it', () => {
    const failed = entry({ kind: 'task', what: 'failed', detail: 'notify_customer: SMTP 550: no such user' });
    expect(shown(failed)).toMatchObject({
      tone: 'bad',
      lines: [`${words.timeline.step(words.names.step('notify_customer'))}: SMTP 550: no such user`],
    });
  });

  test('An amount of the shop is read as money', () => {
    const { lines } = shown(
      entry({ kind: 'refund', what: 'failed', detail: '1299000 VND: broken (card closed)' }),
    ) ?? { lines: [] };
    expect(lines[0]).toContain(language === 'vi' ? '1.299.000' : '1,299,000');
    expect(lines[0]).toContain(': broken (card closed)');
    expect(shown(entry({ kind: 'state', what: 'invoiced', detail: 'INV-2026-000001' }))?.lines).toEqual([
      'INV-2026-000001',
    ]);
  });

  test('The amount of a dispute is read as money, and its reason is said in words', () => {
    const { lines } = shown(entry({ kind: 'state', what: 'disputed', detail: '17970 USD, fraudulent' })) ?? {
      lines: [],
    };
    expect(lines[0]).toContain(language === 'vi' ? '179,70' : '179.70');
    expect(lines[0]).toContain(`: ${words.disputeReasons.fraudulent}`);
  });

  test('A word that is newer than this page is shown as the shop says it', () => {
    expect(shown(entry({ kind: 'state', what: 'quality_checked' }))?.title).toContain('quality checked');
    expect(shown(entry({ kind: 'command', what: 'order.bless' }))?.title).toBe('order.bless');
    expect(shown(entry({ kind: 'task', what: '__proto__' }))?.title).toBe('  proto  ');
  });
});

describe('A timeline', () => {
  test('The tasks that one can retry are the failed ones', () => {
    const entries = [
      entry({ kind: 'task', what: 'failed', id: 't1' }),
      entry({ kind: 'task', what: 'waiting', id: 't2' }),
      entry({ kind: 'state', what: 'failed' }),
    ];
    expect(failedTaskIds(entries)).toEqual(['t1']);
  });
});

test('Each status and origin of a refund has a word', () => {
  for (const { statuses, origins } of [consoleEnRefunds, consoleViRefunds]) {
    expect(Object.keys(statuses).toSorted()).toEqual(refundStatuses.toSorted());
    expect(Object.keys(origins).toSorted()).toEqual(refundOrigins.toSorted());
  }
});
