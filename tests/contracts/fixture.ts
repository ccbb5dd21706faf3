import { expect } from 'bun:test';
import type { Result } from 'neverthrow';
import type { CheckoutRequest, Claim, ClaimFailure, OutcomeRecord, RecordResult } from '../../core/audit.ts';
import { buildOutcomeRecord } from '../../core/buildOutcomeRecord.ts';
import type { InboxItem } from '../../core/inbox.ts';
import type { Order, OrderDetail, OrderRequest } from '../../core/order.ts';
import { jobPipelines, pipelineFor } from '../../core/pipelines/index.ts';
import type { JobPipeline, Pipeline } from '../../core/pipelines/pipeline.ts';
import type { Product, ProductDraft } from '../../core/product.ts';
import type { ChargeOutcome } from '../../core/provider.ts';
import type { JobLease, JobReport, Lease, Queue, StepReport, Task, TaskQuery } from '../../core/queue.ts';
import type { FinishedRefund, Refund, RefundCommand, RefundDetail } from '../../core/refund.ts';
import type { Store } from '../../core/store.ts';
import type { TestWorld } from '../world.ts';
import { claimAll } from './claimAll.ts';
import { plainOrder } from './plainOrder.ts';
import { type TestLease, testLeaseOf } from './testLease.ts';

export type Fixture = ReturnType<typeof createFixture>;

/** Test helpers over a store: what customers, the API and the workers do. A helper throws when a port fails. */
export const createFixture = (store: Store, world: TestWorld) => {
  const now = () => world.clock.nowMs();
  const newId = () => world.ids.next(now());
  const unique = (prefix: string) => `${prefix}-${newId()}`;

  /** Opens the connections of a store that opens them lazily, so that calls sent at once also run at once. */
  const openConnections = () => Promise.all(Array.from({ length: 8 }, () => unwrap(store.ping())));

  const productDraft = (changes: Partial<ProductDraft> = {}): ProductDraft => ({
    code: unique('sku'),
    name: 'Áo thun nam',
    type: 'physical',
    price: { amount: 199_000, currency: 'VND' },
    stock: null,
    ...changes,
  });

  const createProducts = async (drafts: readonly ProductDraft[]): Promise<readonly Product[]> => {
    await unwrap(store.products.upsert(drafts, now(), 'replace'));
    const listed = await listAll((after: { tier: number; id: string } | null) =>
      store.products.list({ search: null, type: null, after, limit: 100 }),
    );
    const byCode = new Map(listed.map((product) => [product.code, product]));
    return drafts.map(({ code }) => defined(byCode.get(code)));
  };

  const createProduct = async (changes: Partial<ProductDraft> = {}): Promise<Product> =>
    defined((await createProducts([productDraft(changes)]))[0]);

  /** Places one order of each product, all for one customer. */
  const placeOrders = async (
    products: readonly Product[],
    changes: Partial<OrderOptions> = {},
  ): Promise<readonly Order[]> => {
    const options = { ...defaultOrderOptions(unique('customer')), ...changes };
    const requests = products.map(({ id: productId }) => ({ ...options, id: newId(), productId }));
    const placed = await unwrap(store.orders.place(requests, now()));
    return placed.map((result) => result._unsafeUnwrap());
  };

  const placeOrder = async (product: Product, changes: Partial<OrderOptions> = {}): Promise<Order> =>
    defined((await placeOrders([product], changes))[0]);

  const checkoutRequest = (
    orders: readonly Order[],
    changes: Partial<CheckoutRequest> = {},
  ): CheckoutRequest => ({
    checkoutId: newId(),
    key: newId(),
    customerId: orders[0]?.customerId ?? '',
    orderIds: orders.map(({ id }) => id),
    method: 'pm_card_visa',
    recoverAtMs: now() + 15_000,
    ...changes,
  });

  const tryClaimCheckout = async (request: CheckoutRequest): Promise<Result<Claim, ClaimFailure>> =>
    defined((await claimCheckouts([request]))[0]);

  const claimCheckouts = (requests: readonly CheckoutRequest[]) => claimAll(store, world, requests);

  const claimCheckout = async (request: CheckoutRequest): Promise<Claim> =>
    (await tryClaimCheckout(request))._unsafeUnwrap();

  const outcomeRecord = (claim: Claim, outcome: ChargeOutcome): OutcomeRecord =>
    buildOutcomeRecord(claim, outcome, 'request-1', world);

  const recordOutcome = async (claim: Claim, outcome: ChargeOutcome): Promise<RecordResult> =>
    defined((await unwrap(store.audits.recordOutcomes([outcomeRecord(claim, outcome)], now())))[0]);

  /** Claims the orders and records a successful charge. Returns the ids of their tasks, in the orders' order. */
  const pay = async (orders: readonly Order[]): Promise<readonly string[]> => {
    const record = outcomeRecord(await claimCheckout(checkoutRequest(orders)), succeeded);
    const [result] = await unwrap(store.audits.recordOutcomes([record], now()));
    expect(result).toMatchObject({ applied: true, paymentStatus: 'succeeded' });
    return orders.map(
      (order) => defined(record.tasks.find(({ orderIds }) => orderIds.includes(order.id))).id,
    );
  };

  /** Pays each order in a checkout of its own. Returns the ids of their tasks, in the orders' order. */
  const payAlone = async (orders: readonly Order[]): Promise<readonly string[]> => {
    const claims: Claim[] = [];
    for (const order of orders) claims.push(await claimCheckout(checkoutRequest([order])));
    const records = claims.map((claim) => outcomeRecord(claim, succeeded));
    await unwrap(store.audits.recordOutcomes(records, now()));
    return records.flatMap(({ tasks }) => tasks.map(({ id }) => id));
  };

  const claimTasks = async (pipeline: string | Pipeline, changes: Partial<ClaimOptions> = {}) => {
    const { processed, leases, thrown } = await unwrap(
      store.queue.claim({
        pipeline: typeof pipeline === 'string' ? pipelineFor(pipeline) : pipeline,
        limit: 100,
        nowMs: now(),
        leaseMs: 30_000,
        retryAtMs: () => now() + 1_000,
        ...changes,
      }),
    );
    return { processed, leases: leases.map(testLeaseOf), ...(thrown?.length ? { thrown } : {}) };
  };

  const report = ({ taskId, lease }: Lease, outcome: StepReport['outcome']) =>
    unwrap(store.queue.report([{ taskId, lease, outcome }], now()));

  const claimJobs = (
    nameOrPipeline: string | JobPipeline,
    changes: Partial<Omit<ClaimOptions, 'retryAtMs'>> = {},
  ) => {
    const pipeline =
      typeof nameOrPipeline === 'string'
        ? defined(jobPipelines.find(({ name }) => name === nameOrPipeline))
        : nameOrPipeline;
    return unwrap(store.queue.claimJobs({ pipeline, limit: 100, nowMs: now(), leaseMs: 30_000, ...changes }));
  };

  const reportJob = ({ taskId, lease }: JobLease, outcome: JobReport['outcome']) =>
    unwrap(store.queue.reportJobs([{ taskId, lease, outcome }], now()));

  /** A new event of a provider, with the id of its job's task. */
  const inboxItem = (changes: Partial<InboxItem['event']> = {}): InboxItem & { readonly taskId: string } => {
    const event = { id: unique('evt'), type: 'happened', subject: { kind: 'other' }, ...changes } as const;
    return { id: newId(), taskId: newId(), provider: 'simulated', event, body: JSON.stringify(event) };
  };

  const listTasks = (query: Partial<TaskQuery> = {}): Promise<readonly Task[]> =>
    listAll((after: string | null) =>
      store.queue.tasks({
        ...{ state: null, pipeline: null, step: null, error: null, orderId: null },
        after,
        limit: 100,
        nowMs: now(),
        ...query,
      }),
    );

  const findTask = async (id: string): Promise<Task> =>
    defined((await listTasks()).find((task) => task.id === id));

  /**
   * Places and pays one order of each product, each in a checkout of its own, and leases their tasks at the step
   * `notify_customer`, or the first step of the pipelines that `pipelineOf` gives.
   */
  const payAndLease = async (
    products: readonly Product[],
    pipelineOf: (type: string) => Pipeline = pipelineFor,
  ): Promise<readonly TestLease[]> => {
    const taskIds = await payAlone(await placeOrders(products));
    const types = new Set(products.map(({ type }) => type));
    const leases: TestLease[] = [];
    for (const type of types) leases.push(...(await claimTasks(pipelineOf(type))).leases);
    return taskIds.flatMap((id) => leases.find(({ taskId }) => taskId === id) ?? []);
  };

  /** Places and pays an order. Its pipeline has not begun. */
  const placePaidOrder = async (product: Product, changes: Partial<OrderOptions> = {}): Promise<Order> => {
    const { id } = await placeOrder(product, changes);
    await pay([await findOrder(id)]);
    return plainOrder(await findOrder(id));
  };

  const refundCommand = (orderId: string, changes: Partial<RefundCommand> = {}): RefundCommand => ({
    refundId: newId(),
    taskId: newId(),
    key: newId(),
    orderId,
    amount: null,
    origin: 'operator',
    reason: 'torn',
    ...changes,
  });

  /** Requests a refund of `amount`, or of all that is left. */
  const requestRefund = async (orderId: string, amount: number | null = null): Promise<Refund> => {
    const command = refundCommand(orderId, { amount: amount === null ? null : { amount, currency: null } });
    return (await unwrap(store.refunds.request(command, now()))).refund;
  };

  const finishRefund = (refundId: string, outcome: FinishedRefund['outcome']): Promise<boolean> =>
    unwrap(store.refunds.finish({ refundId, outcome }, now()));

  const findRefund = async (id: string): Promise<RefundDetail> =>
    defined(await unwrap(store.refunds.find(id)));

  const findOrder = async (id: string): Promise<OrderDetail> => defined(await unwrap(store.orders.find(id)));

  /** The states in an order's history. Expects that `seq` counts from 1 without a gap. */
  const historyStates = async (id: string): Promise<readonly string[]> => {
    const rows = (await findOrder(id)).history;
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    return rows.map(({ state }) => state);
  };

  return {
    now,
    unique,
    newId,
    openConnections,
    productDraft,
    createProduct,
    createProducts,
    placeOrder,
    placeOrders,
    checkoutRequest,
    tryClaimCheckout,
    claimCheckouts,
    claimCheckout,
    outcomeRecord,
    recordOutcome,
    pay,
    payAlone,
    claimTasks,
    report,
    claimJobs,
    reportJob,
    inboxItem,
    listTasks,
    findTask,
    payAndLease,
    placePaidOrder,
    refundCommand,
    requestRefund,
    finishRefund,
    findRefund,
    findOrder,
    historyStates,
  };
};

type OrderOptions = Omit<OrderRequest, 'id' | 'productId'>;

/** Longer than any test lasts by its own clock. */
export const ttlMs = 100 * 86_400_000;

const defaultOrderOptions = (customerId: string): OrderOptions => ({
  customerId,
  quantity: 1,
  ttlMs,
  contact: { email: `${customerId}@example.com`, language: 'vi' },
});

type ClaimOptions = Omit<Parameters<Queue['claim']>[0], 'pipeline'>;

export const succeeded = { kind: 'succeeded', reference: 'ch_1' } as const;
export const declined = { kind: 'declined', declineCode: 'card_declined' } as const;
export const providerUnavailable = { kind: 'unavailable', reason: 'down' } as const;
export const refundSucceeded = { kind: 'succeeded', reference: 're_1' } as const;
export const refundFailed = { kind: 'failed', reason: 'charge_disputed' } as const;
export const requiresAction = {
  kind: 'requires_action',
  reference: 'ch_1',
  action: { clientSecret: 'secret_1', redirectUrl: null },
} as const;
export const unknownOutcome = { kind: 'unknown', reason: 'timed out' } as const;

/** The value of a port's result. Throws if the port failed. */
export const unwrap = async <T, F>(result: Promise<Result<T, F>>): Promise<T> =>
  (await result)._unsafeUnwrap();

/** All rows of a list, read page by page. */
export const listAll = async <Row, Key, F>(
  list: (after: Key | null) => Promise<Result<{ items: readonly Row[]; next: Key | null }, F>>,
): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  let after: Key | null = null;
  do {
    const page: { items: readonly Row[]; next: Key | null } = await unwrap(list(after));
    rows.push(...page.items);
    after = page.next;
  } while (after !== null);
  return rows;
};

/** The value itself. Throws if it is null or undefined. */
export const defined = <T>(value: T | null | undefined): T => {
  if (value === null || value === undefined) throw new Error('the value is missing');
  return value;
};
