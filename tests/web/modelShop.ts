import type { Outcome, Problem } from '../../web/shared/outcome.ts';
import type { Attempt, ShownCheckout } from '../../web/shared/payStates.ts';
import type { CheckoutResponse, CheckoutStatus, OrderStatus } from '../../web/shared/types.ts';

/** What the bank says to the next charge. `late_…`: only after `settle`. */
export const verdicts = [
  'succeed',
  'decline',
  'late_succeed',
  'late_decline',
  'late_cancel',
  'challenge_succeed',
  'challenge_decline',
  'unavailable',
  'internal',
] as const;
export type Verdict = (typeof verdicts)[number];

/** What refuses a request before it claims anything. */
export const refusals = ['rate_limited', 'out_of_stock', 'unavailable', 'internal'] as const;
export type Refusal = (typeof refusals)[number];

type ModelOrder = { status: OrderStatus; checkoutId: string | null };
type Audit = {
  readonly checkoutId: string;
  readonly orderIds: readonly string[];
  readonly method: string;
  status: CheckoutStatus;
  /** The first answer; null while there is none, or after a release. */
  answer: Outcome<CheckoutResponse> | null;
  released: boolean;
  pending: 'succeeded' | 'declined' | 'cancelled' | null;
  /** The first claim came after the browser had dropped the key. */
  lateClaim: boolean;
};

const problem = (status: number, code: string, more: Partial<Problem> = {}): Outcome<never> => ({
  kind: status === 401 ? 'signed_out' : 'problem',
  problem: { status, code, title: code, detail: '', instance: 'r', retryAfterMs: null, ...more },
});

/** The shop as the contract describes it, with the orders of one customer, `a`. */
export class ModelShop {
  readonly orders = new Map<string, ModelOrder>();
  readonly audits = new Map<string, Audit>();
  readonly charges: { readonly key: string; readonly orderIds: readonly string[] }[] = [];
  readonly verdicts: Verdict[] = [];
  readonly refusals: string[] = [];
  readonly dropped = new Set<string>();

  constructor(orderIds: readonly string[]) {
    for (const id of orderIds) this.orders.set(id, { status: 'pending', checkoutId: null });
  }

  post(customer: string | null, { key, orderIds, method }: Attempt): Outcome<CheckoutResponse> {
    if (customer === null) return problem(401, 'unauthenticated');
    if (customer !== 'a') return problem(404, 'not_found', { orderIds });
    const known = this.audits.get(key);
    if (known !== undefined) {
      if (known.orderIds.join() !== orderIds.join() || known.method !== method)
        return problem(422, 'idempotency_key_reused');
      if (known.answer !== null) return known.answer;
      if (!known.released)
        return problem(409, 'checkout_in_progress', { checkoutId: known.checkoutId, retryAfterMs: 1_000 });
    }
    const refusal = this.refusals.shift();
    if (refusal !== undefined)
      return problem({ rate_limited: 429, out_of_stock: 409, unavailable: 503 }[refusal] ?? 500, refusal, {
        retryAfterMs: 1_000,
      });
    const statuses = orderIds.map((id) => this.orders.get(id)?.status);
    if (statuses.some((status) => status !== 'pending' && status !== 'paying'))
      return problem(409, 'order_not_payable', { orderIds });
    if (statuses.includes('paying')) return problem(409, 'order_in_progress', { orderIds });
    return this.claim(key, orderIds, method);
  }

  private claim(key: string, orderIds: readonly string[], method: string): Outcome<CheckoutResponse> {
    const audit = this.audits.get(key) ?? {
      checkoutId: `checkout of ${key}`,
      orderIds,
      method,
      status: 'processing',
      answer: null,
      released: false,
      pending: null,
      lateClaim: this.dropped.has(key),
    };
    audit.released = false;
    audit.status = 'processing';
    this.audits.set(key, audit);
    this.move(audit, 'paying');
    switch (this.verdicts.shift() ?? 'succeed') {
      case 'succeed':
        return this.finish(key, 'succeeded');
      case 'decline':
        return this.finish(key, 'declined');
      case 'unavailable':
        audit.released = true;
        audit.status = 'cancelled';
        this.move(audit, 'pending');
        return problem(503, 'payment_unavailable', { retryAfterMs: 1_000 });
      case 'internal':
        audit.pending = 'succeeded';
        return problem(500, 'internal');
      case 'challenge_succeed':
        return this.leaveOpen(key, 'requires_action', 'succeeded');
      case 'challenge_decline':
        return this.leaveOpen(key, 'requires_action', 'declined');
      case 'late_succeed':
        return this.leaveOpen(key, 'unknown', 'succeeded');
      case 'late_decline':
        return this.leaveOpen(key, 'unknown', 'declined');
      case 'late_cancel':
        return this.leaveOpen(key, 'unknown', 'cancelled');
    }
  }

  private move({ orderIds, checkoutId }: Audit, status: OrderStatus): void {
    for (const id of orderIds) this.orders.set(id, { status, checkoutId });
  }

  private leaveOpen(
    key: string,
    status: CheckoutStatus,
    pending: Audit['pending'],
  ): Outcome<CheckoutResponse> {
    const audit = this.auditOf(key);
    audit.status = status;
    audit.pending = pending;
    audit.answer = this.accepted(audit);
    return audit.answer;
  }

  private auditOf(key: string): Audit {
    const audit = this.audits.get(key);
    if (audit === undefined) throw new Error(`no audit ${key}`);
    return audit;
  }

  private finish(key: string, status: 'succeeded' | 'declined' | 'cancelled'): Outcome<CheckoutResponse> {
    const audit = this.auditOf(key);
    audit.status = status;
    audit.pending = null;
    this.move(audit, status === 'succeeded' ? 'paid' : 'pending');
    if (status === 'succeeded') this.charges.push({ key, orderIds: audit.orderIds });
    audit.answer ??=
      status === 'succeeded'
        ? this.accepted(audit)
        : problem(402, 'payment_declined', { declineCode: status, checkoutId: audit.checkoutId });
    return audit.answer;
  }

  private accepted(audit: Audit): Outcome<CheckoutResponse> {
    return { kind: 'ok', value: shownOf(audit), status: 202, requestId: 'r', replayed: false };
  }

  checkout(customer: string | null, id: string): Outcome<ShownCheckout> {
    if (customer === null) return problem(401, 'unauthenticated');
    const audit = [...this.audits.values()].find(({ checkoutId }) => checkoutId === id);
    if (customer !== 'a' || audit === undefined) return problem(404, 'not_found');
    return { kind: 'ok', value: shownOf(audit), status: 200, requestId: 'r', replayed: false };
  }

  giveUp(customer: string | null, id: string): Outcome<ShownCheckout> {
    for (const [key, audit] of this.audits)
      if (customer === 'a' && audit.checkoutId === id && audit.status === 'requires_action')
        this.finish(key, 'cancelled');
    return this.checkout(customer, id);
  }

  order(customer: string | null, id: string): Outcome<ModelOrder> {
    if (customer === null) return problem(401, 'unauthenticated');
    const order = this.orders.get(id);
    if (customer !== 'a' || order === undefined) return problem(404, 'not_found');
    return { kind: 'ok', value: order, status: 200, requestId: 'r', replayed: false };
  }

  /** Recovery and the bank decide all that is open. */
  settle(): void {
    for (const [key, { pending }] of this.audits) if (pending !== null) this.finish(key, pending);
  }

  isPaid(checkoutId: string): boolean {
    return [...this.audits.values()].some(
      (audit) => audit.checkoutId === checkoutId && audit.status === 'succeeded',
    );
  }

  isOpen(key: string): boolean {
    const audit = this.audits.get(key);
    return audit !== undefined && ['processing', 'unknown', 'requires_action'].includes(audit.status);
  }
}

const shownOf = ({ checkoutId, status, method, orderIds }: Audit) =>
  ({
    checkoutId,
    number: 'CW-1',
    status,
    message: '',
    ...(status === 'requires_action' ? { action: { clientSecret: 'secret', redirectUrl: null } } : {}),
    payment: {
      id: checkoutId,
      status: 'unknown',
      amount: orderIds.length,
      currency: 'VND',
      method,
      declineCode: null,
    },
    orders: [],
    // A stored answer has one of three statuses; the model uses one type for both.
  }) as ShownCheckout as CheckoutResponse;
