import { caseSubject, coversCase } from '../../core/acknowledgement.ts';
import { firstIdAt } from '../../core/id.ts';
import {
  failedOrderStatuses,
  type Ledger,
  type MoneyCase,
  type MoneyCheck,
  type MoneyCount,
  moneyCheckLimits,
  unfinishedOrderStatuses,
} from '../../core/ledger.ts';
import { openPaymentStatuses, paymentStatusAfter } from '../../core/payment.ts';
import {
  failedRefundStatuses,
  isAdoptedOrigin,
  openRefundStatuses,
  type Refund,
  succeededRefundStatuses,
} from '../../core/refund.ts';
import { isDisputed } from './disputes.ts';
import { rowOf, rowsWhere, type Tables } from './tables.ts';
import { amountRefunded } from './writeRefund.ts';

type Counts = Readonly<Record<MoneyCheck, MoneyCount>>;

/** See `Ledger.counts`. */
export const countCases = (tables: Tables, nowMs: number): Counts => {
  const count = (check: MoneyCheck): MoneyCount => {
    const times = listCases(tables, check, nowMs)
      .filter(({ acknowledgement }) => acknowledgement === null)
      .map(({ sinceMs }) => sinceMs);
    return { count: times.length, oldestMs: times.length === 0 ? null : Math.min(...times) };
  };
  return {
    paid_without_progress: count('paid_without_progress'),
    unknown: count('unknown'),
    charged_twice: count('charged_twice'),
    refunds_stuck: count('refunds_stuck'),
    refunds_unassigned: count('refunds_unassigned'),
    disputes_open: count('disputes_open'),
    ledger_differences: count('ledger_differences'),
    stock_differs: count('stock_differs'),
  };
};

/** All cases of a check, in no particular order. */
export const listCases = (
  tables: Tables,
  check: Parameters<Ledger['cases']>[0]['check'],
  nowMs: number,
): readonly MoneyCase[] =>
  lists[check](tables, nowMs).map((each) => {
    const stored = tables.acknowledgements.get(acknowledgementKey(check, each)) ?? null;
    return { ...each, acknowledgement: stored !== null && coversCase(stored, each) ? stored : null };
  });

/** The key of a case's row in `tables.acknowledgements`. */
export const acknowledgementKey = (check: MoneyCheck, each: MoneyCase): string =>
  `${check} ${caseSubject(check, each)}`;

type List = (tables: Tables, nowMs: number) => readonly MoneyCase[];

const lists: Readonly<Record<MoneyCheck, List>> = {
  paid_without_progress: (tables, nowMs) => {
    const late = rowsWhere(
      tables.orders,
      ({ order: { status, updatedAtMs } }) =>
        failedOrderStatuses.includes(status) ||
        (unfinishedOrderStatuses.includes(status) && updatedAtMs <= nowMs - moneyCheckLimits.progressMs),
    );
    if (late.length === 0) return [];
    const ordersBeingRefunded = new Set(
      refundsOf(tables).flatMap(({ status, orderId }) =>
        openRefundStatuses.includes(status) ? [orderId] : [],
      ),
    );
    const tasks = new Map(
      [...tables.tasks.values()].flatMap((task) => task.orderIds.map((id) => [id, task] as const)),
    );
    return late
      .map(({ order }) => order)
      .filter(({ id }) => !ordersBeingRefunded.has(id))
      .map(({ id, checkoutId, total, updatedAtMs }) => ({
        ...emptyCase(id, updatedAtMs),
        orderId: id,
        paymentId: checkoutId,
        amount: total,
        detail: tasks.get(id)?.lastError ?? null,
      }));
  },

  unknown: (tables, nowMs) =>
    rowsWhere(
      tables.payments,
      ({ payment, claimedAtMs }) =>
        openPaymentStatuses.includes(payment.status) && claimedAtMs <= nowMs - moneyCheckLimits.outcomeMs,
    ).map(({ payment: { id, amount, status }, claimedAtMs }) => ({
      ...emptyCase(id, claimedAtMs),
      paymentId: id,
      amount,
      detail: status,
    })),

  charged_twice: (tables, nowMs) => {
    const chargesOf = new Map<string, { readonly ids: string[]; sinceMs: number }>();
    const firstId = firstIdAt(nowMs - moneyCheckLimits.chargedTwiceMs);
    for (const { payment, updatedAtMs } of tables.payments.values()) {
      if (payment.status !== paymentStatusAfter.succeed || payment.id < firstId) continue;
      for (const orderId of rowOf(tables.audits, payment.id).orderIds) {
        const known = chargesOf.get(orderId);
        if (known === undefined) chargesOf.set(orderId, { ids: [payment.id], sinceMs: updatedAtMs });
        else {
          known.ids.push(payment.id);
          known.sinceMs = Math.max(known.sinceMs, updatedAtMs);
        }
      }
    }
    return [...chargesOf]
      .filter(([, { ids }]) => ids.length > 1)
      .map(([id, { ids, sinceMs }]) => {
        const { checkoutId, total } = rowOf(tables.orders, id).order;
        const detail = ids.toSorted().join(', ');
        return { ...emptyCase(id, sinceMs), orderId: id, paymentId: checkoutId, amount: total, detail };
      });
  },

  refunds_stuck: (tables, nowMs) => {
    const refunds = refundsOf(tables);
    if (refunds.length === 0) return [];
    const errors = new Map([...tables.tasks.values()].map(({ jobId, lastError }) => [jobId, lastError]));
    const isRefunded = ({ orderId }: Refund) =>
      orderId !== null &&
      amountRefunded(tables, orderId, ({ status }) => succeededRefundStatuses.includes(status)) >=
        rowOf(tables.orders, orderId).order.total.amount;
    const hasLaterRefund = ({ id, orderId, updatedAtMs }: Refund) =>
      orderId !== null &&
      refunds.some(
        (other) =>
          other.id !== id &&
          other.orderId === orderId &&
          other.createdAtMs >= updatedAtMs &&
          !isAdoptedOrigin(other.origin),
      );
    const isCovered = ({ orderId, paymentId, amount, createdAtMs }: Refund) =>
      refunds.some(
        (other) =>
          other.paymentId === paymentId &&
          other.orderId === orderId &&
          isAdopted(other) &&
          other.amount.amount >= amount.amount &&
          (orderId === null || other.updatedAtMs >= createdAtMs),
      );
    const isReplaced = ({ id }: Refund) => {
      const { reference } = rowOf(tables.refunds, id);
      return [...tables.refunds.values()].some(
        (other) =>
          reference !== null &&
          other.reference === reference &&
          succeededRefundStatuses.includes(other.refund.status),
      );
    };
    return refunds
      .filter((refund) =>
        openRefundStatuses.includes(refund.status)
          ? refund.createdAtMs <= nowMs - moneyCheckLimits.refundMs && !isDisputed(tables, refund.paymentId)
          : failedRefundStatuses.includes(refund.status) &&
            refund.origin !== 'dispute' &&
            !isRefunded(refund) &&
            !hasLaterRefund(refund) &&
            !isCovered(refund) &&
            !isReplaced(refund),
      )
      .map(({ id, orderId, paymentId, amount, status, error, createdAtMs, updatedAtMs }) => ({
        ...emptyCase(id, openRefundStatuses.includes(status) ? createdAtMs : updatedAtMs),
        orderId,
        paymentId,
        refundId: id,
        amount,
        detail: error ?? errors.get(id) ?? null,
      }));
  },

  refunds_unassigned: (tables) =>
    rowsWhere(tables.refunds, ({ refund }) => refund.orderId === null && isAdopted(refund))
      .filter(
        ({ refund }) =>
          rowOf(tables.payments, refund.paymentId).payment.status === paymentStatusAfter.succeed,
      )
      .map(({ refund: { id, paymentId, amount, createdAtMs, reason }, reference }) => ({
        ...emptyCase(id, createdAtMs),
        paymentId,
        refundId: id,
        amount,
        detail: `${reason}: ${reference}`,
      })),

  disputes_open: (tables) =>
    rowsWhere(tables.disputes, ({ status }) => status === 'open').map(
      ({ id, paymentId, amount, atMs, reason, reference }) => ({
        ...emptyCase(id, atMs),
        paymentId,
        amount,
        detail: `${reason}: ${reference}`,
      }),
    ),

  ledger_differences: (tables, nowMs) => {
    const newest = new Map<number, string>();
    for (const { id, dayMs, finishedAtMs } of tables.reconciliations.values())
      if (
        finishedAtMs !== null &&
        dayMs >= nowMs - moneyCheckLimits.reconciliationsMs &&
        id > (newest.get(dayMs) ?? '')
      )
        newest.set(dayMs, id);
    return [...newest.values()]
      .flatMap((reconciliationId) => tables.differences.get(reconciliationId) ?? [])
      .map((difference) => ({
        ...emptyCase(difference.id, difference.atMs),
        paymentId: difference.paymentId,
        refundId: difference.refundId,
        amount: difference.theirs ?? difference.ours,
        // Ours may be missing, so the provider's id is named.
        detail:
          difference.providerId === null ? difference.kind : `${difference.kind}: ${difference.providerId}`,
      }));
  },

  stock_differs: (tables) =>
    [...tables.stockDifferences.values()].map(({ id, orderId, detail, sinceMs }) => ({
      ...emptyCase(id, sinceMs),
      orderId,
      detail,
    })),
};

const emptyCase = (id: string, sinceMs: number): MoneyCase => ({
  id,
  orderId: null,
  paymentId: null,
  refundId: null,
  amount: null,
  sinceMs,
  detail: null,
  acknowledgement: null,
});

const isAdopted = ({ origin, status }: Refund): boolean =>
  isAdoptedOrigin(origin) && succeededRefundStatuses.includes(status);

const refundsOf = (tables: Tables) => [...tables.refunds.values()].map(({ refund }) => refund);
