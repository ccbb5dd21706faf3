import { expect } from 'bun:test';
import type { Result } from 'neverthrow';
import type { CheckoutRequest, Claim, ClaimFailure, OutcomeRecord, RecordResult } from '../../core/audit.ts';
import type { InboxItem } from '../../core/inbox.ts';
import type { Contact, Order, OrderDetail } from '../../core/order.ts';
import { outcomeRecordOf } from '../../core/outcomeRecord.ts';
import { jobPipelines, pipelineFor } from '../../core/pipelines/index.ts';
import type { JobPipeline, Pipeline } from '../../core/pipelines/pipeline.ts';
import type { Product, ProductDraft } from '../../core/product.ts';
import type { ChargeOutcome } from '../../core/provider.ts';
import type { JobLease, JobReport, Lease, StepReport, Task, TaskQuery } from '../../core/queue.ts';
import type { FinishedRefund, Refund, RefundCommand, RefundDetail } from '../../core/refund.ts';
import type { Store } from '../../core/store.ts';
import type { TestWorld } from '../world.ts';

export type Shop = ReturnType<typeof shopOver>;

/** What customers, the api and the workers do, in short words for tests. */
export const shopOver = (store: Store, world: TestWorld) => {
  const now = () => world.clock.nowMs();
  const freshId = () => world.ids.next(now());
  const fresh = (prefix: string) => `${prefix}-${freshId()}`;

  /** Opens the connections of a store that opens them lazily, so that what is sent at once also runs at once. */
  const crowd = () => Promise.all(Array.from({ length: 8 }, () => value(store.ping())));

  const draft = (changes: Partial<ProductDraft> = {}): ProductDraft => ({
    code: fresh('sku'),
    name: 'Áo thun nam',
    type: 'physical',
    price: { amount: 199_000, currency: 'VND' },
    stock: 1_000,
    ...changes,
  });

  const products = async (drafts: readonly ProductDraft[]): Promise<readonly Product[]> => {
    await value(store.products.upsert(drafts, now(), 'replace'));
    const listed = await pagesOf((after: { tier: number; id: string } | null) =>
      store.products.list({ search: null, type: null, after, limit: 100 }),
    );
    const byCode = new Map(listed.map((product) => [product.code, product]));
    return drafts.map(({ code }) => known(byCode.get(code)));
  };

  const product = async (changes: Partial<ProductDraft> = {}): Promise<Product> =>
    known((await products([draft(changes)]))[0]);

  /** Orders of one customer, one of each product named. */
  const orders = async (
    of: readonly Product[],
    changes: Partial<Placing> = {},
  ): Promise<readonly Order[]> => {
    const { customerId, quantity, contact } = { ...placing(fresh('customer')), ...changes };
    const requests = of.map(({ id: productId }) => ({
      id: freshId(),
      customerId,
      contact,
      productId,
      quantity,
    }));
    const placed = await value(store.orders.place(requests, now()));
    return placed.map((each) => each._unsafeUnwrap());
  };

  const order = async (of: Product, changes: Partial<Placing> = {}): Promise<Order> =>
    known((await orders([of], changes))[0]);

  const request = (of: readonly Order[], changes: Partial<CheckoutRequest> = {}): CheckoutRequest => ({
    checkoutId: freshId(),
    key: freshId(),
    customerId: of[0]?.customerId ?? '',
    orderIds: of.map(({ id }) => id),
    method: 'pm_card_visa',
    reconcileAtMs: now() + 15_000,
    ...changes,
  });

  const claim = async (one: CheckoutRequest): Promise<Result<Claim, ClaimFailure>> =>
    known((await value(store.audits.claim([one], now())))[0]);

  const claimed = async (one: CheckoutRequest): Promise<Claim> => (await claim(one))._unsafeUnwrap();

  const settlement = (of: Claim, outcome: ChargeOutcome): OutcomeRecord =>
    outcomeRecordOf(of, outcome, 'request-1', world);

  const settle = async (of: Claim, outcome: ChargeOutcome): Promise<RecordResult> =>
    known((await value(store.audits.recordOutcomes([settlement(of, outcome)], now())))[0]);

  /** Claims and pays a cart; answers the ids of its tasks, in the order of the cart. */
  const pay = async (of: readonly Order[]): Promise<readonly string[]> => {
    const paid = settlement(await claimed(request(of)), succeeded);
    const [settled] = await value(store.audits.recordOutcomes([paid], now()));
    expect(settled).toMatchObject({ applied: true, paymentStatus: 'succeeded' });
    return paid.tasks.map(({ id }) => id);
  };

  const take = (of: string | Pipeline, changes: Partial<Taking> = {}) =>
    value(
      store.queue.claim({
        pipeline: typeof of === 'string' ? pipelineFor(of) : of,
        limit: 100,
        nowMs: now(),
        leaseMs: 30_000,
        retryAtMs: () => now() + 1_000,
        ...changes,
      }),
    );

  const report = ({ taskId, lease }: Lease, outcome: StepReport['outcome']) =>
    value(store.queue.report([{ taskId, lease, outcome }], now()));

  const takeJobs = (of: string | JobPipeline, changes: Partial<Omit<Taking, 'retryAtMs'>> = {}) => {
    const pipeline = typeof of === 'string' ? known(jobPipelines.find(({ name }) => name === of)) : of;
    return value(store.queue.claimJobs({ pipeline, limit: 100, nowMs: now(), leaseMs: 30_000, ...changes }));
  };

  const reportJob = ({ taskId, lease }: JobLease, outcome: JobReport['outcome']) =>
    value(store.queue.reportJobs([{ taskId, lease, outcome }], now()));

  /** Something that a provider told, which is a job. */
  const told = (changes: Partial<InboxItem['event']> = {}): InboxItem => {
    const event = { id: fresh('evt'), type: 'happened', subject: { kind: 'other' }, ...changes } as const;
    return { id: freshId(), taskId: freshId(), provider: 'simulated', event, body: JSON.stringify(event) };
  };

  const tasks = (query: Partial<TaskQuery> = {}): Promise<readonly Task[]> =>
    pagesOf((after: string | null) =>
      store.queue.tasks({
        state: null,
        pipeline: null,
        orderId: null,
        after,
        limit: 100,
        nowMs: now(),
        ...query,
      }),
    );

  const task = async (id: string): Promise<Task> => known((await tasks()).find((one) => one.id === id));

  /** Pays for orders of these products, one each, and leases what they owe once it is at the mail. */
  const leased = async (of: readonly Product[]): Promise<readonly Lease[]> => {
    const paid = await pay(await orders(of));
    const types = new Set(of.map(({ type }) => type));
    const taken: Lease[] = [];
    for (const type of types) taken.push(...(await take(type)).leases);
    return paid.flatMap((id) => taken.find(({ taskId }) => taskId === id) ?? []);
  };

  /** An order that is paid, and whose pipeline has not begun. */
  const paid = async (of: Product, changes: Partial<Placing> = {}): Promise<Order> => {
    const { id } = await order(of, changes);
    await pay([await detail(id)]);
    const { history: _, payment: __, invoice: ___, licences: ____, ...rest } = await detail(id);
    return rest;
  };

  const command = (orderId: string, changes: Partial<RefundCommand> = {}): RefundCommand => ({
    refundId: freshId(),
    taskId: freshId(),
    key: freshId(),
    orderId,
    amount: null,
    reason: 'torn',
    ...changes,
  });

  /** Asks for a refund of so much, or of all that is left. */
  const refund = async (orderId: string, amount: number | null = null): Promise<Refund> => {
    const asked = command(orderId, { amount: amount === null ? null : { amount, currency: null } });
    return (await value(store.refunds.request(asked, now()))).refund;
  };

  const settleRefund = (refundId: string, outcome: FinishedRefund['outcome']): Promise<boolean> =>
    value(store.refunds.finish({ refundId, outcome }, now()));

  const refundDetail = async (id: string): Promise<RefundDetail> =>
    known(await value(store.refunds.find(id)));

  const detail = async (id: string): Promise<OrderDetail> => known(await value(store.orders.find(id)));

  /** The states of an order, once it is sure that they are counted from 1 without a gap. */
  const history = async (id: string): Promise<readonly string[]> => {
    const rows = (await detail(id)).history;
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    return rows.map(({ state }) => state);
  };

  return {
    now,
    fresh,
    freshId,
    crowd,
    draft,
    product,
    products,
    order,
    orders,
    request,
    claim,
    claimed,
    settlement,
    settle,
    pay,
    take,
    report,
    takeJobs,
    reportJob,
    told,
    tasks,
    task,
    leased,
    paid,
    command,
    refund,
    settleRefund,
    refundDetail,
    detail,
    history,
  };
};

type Placing = { readonly customerId: string; readonly quantity: number; readonly contact: Contact };

const placing = (customerId: string): Placing => ({
  customerId,
  quantity: 1,
  contact: { email: `${customerId}@example.com`, language: 'vi' },
});

type Taking = {
  readonly limit: number;
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly retryAtMs: (attempts: number) => number | null;
};

export const succeeded = { kind: 'succeeded', reference: 'ch_1' } as const;
export const declined = { kind: 'declined', declineCode: 'card_declined' } as const;
export const released = { kind: 'unavailable', reason: 'down' } as const;
export const returned = { kind: 'succeeded', reference: 're_1' } as const;
export const refused = { kind: 'failed', reason: 'charge_disputed' } as const;
export const challenged = {
  kind: 'requires_action',
  reference: 'ch_1',
  action: { clientSecret: 'secret_1', redirectUrl: null },
} as const;
export const lost = { kind: 'unknown', reason: 'timed out' } as const;

/** What a port answered, where it must not fail. */
export const value = async <T, F>(answer: Promise<Result<T, F>>): Promise<T> =>
  (await answer)._unsafeUnwrap();

/** All rows of a list, page after page. */
export const pagesOf = async <Row, Key, F>(
  list: (after: Key | null) => Promise<Result<{ items: readonly Row[]; next: Key | null }, F>>,
): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  let after: Key | null = null;
  do {
    const page: { items: readonly Row[]; next: Key | null } = await value(list(after));
    rows.push(...page.items);
    after = page.next;
  } while (after !== null);
  return rows;
};

/** What must be there. */
export const known = <T>(one: T | null | undefined): T => {
  if (one === null || one === undefined) throw new Error('it should be there, and is not');
  return one;
};

/** The rows in another order, the same for the same world. */
export const shuffled = <T>(rows: readonly T[], { random }: TestWorld): readonly T[] =>
  rows
    .map((row) => ({ row, at: random.unit() }))
    .sort((one, other) => one.at - other.at)
    .map(({ row }) => row);
