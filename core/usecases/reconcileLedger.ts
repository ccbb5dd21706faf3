import { err, ok, type Result } from 'neverthrow';
import { parseUuid } from '../id.ts';
import type { Ledger, LedgerDifference, OwnRecord, Reconciliation, ReconciliationReport } from '../ledger.ts';
import type { Money } from '../money.ts';
import type { Page } from '../page.ts';
import { chargedPaymentStatuses } from '../payment.ts';
import type { LedgerEntry, PaymentProvider } from '../provider.ts';
import { succeededRefundStatuses } from '../refund.ts';
import type { AsyncResult, Unavailable } from '../result.ts';
import type { World } from '../world.ts';

export const dayMs = 24 * 3_600_000;

/** A charge may come some time after its payment was made, and be booked some time after it came. */
const marginMs = 3_600_000;

/** What moved so lately may not be written down yet, and is no difference. */
const settlingMs = 15 * 60_000;

/** An answer to an operator, not an archive: a day that differs in more is not looked at case by case. */
const differencesMax = 1_000;

const pageSize = 500;

type Ports = {
  readonly ledger: Pick<Ledger, 'payments' | 'refunds' | 'paymentsMade' | 'refundsMade'>;
  readonly provider: Pick<PaymentProvider, 'readLedger'>;
  readonly world: World;
};

/**
 * Compares the provider's ledger of a day with our books, both ways: each charge and refund of theirs with
 * ours, and each of ours with theirs. It reads both in pages and changes nothing.
 */
export const createReconcileLedger =
  ({
    ledger: books,
    provider,
    world,
  }: Ports): ((audit: Reconciliation) => AsyncResult<ReconciliationReport>) =>
  async (audit) => {
    const nowMs = world.clock.nowMs();
    const [fromMs, toMs] = [audit.dayMs, audit.dayMs + dayMs];
    const span = (query: { after: string | null }) => ({ fromMs, toMs, limit: pageSize, ...query });
    const payments = await all((after) => books.paymentsMade(span({ after })));
    if (payments.isErr()) return err(payments.error);
    const refunds = await all((after) => books.refundsMade(span({ after })));
    if (refunds.isErr()) return err(refunds.error);

    const oldestMs = refunds.value.reduce((least, { createdAtMs }) => Math.min(least, createdAtMs), fromMs);
    // A payment that could not be charged on its day is charged on another where its key is sent again.
    const newestMs = payments.value.reduce((most, { updatedAtMs }) => Math.max(most, updatedAtMs), toMs);
    const window = { fromMs: oldestMs - marginMs, toMs: newestMs + marginMs };
    const theirs = await all((after) => provider.readLedger({ ...window, after }));
    if (theirs.isErr()) return err(theirs.error);

    const ofDay = theirs.value.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    const charges = ofDay.filter(({ kind }) => kind === 'charge');
    const returns = ofDay.filter(({ kind }) => kind === 'refund');
    const ourPayments = await known(charges, 'paymentId', books.payments);
    if (ourPayments.isErr()) return err(ourPayments.error);
    const ourRefunds = await known(returns, 'refundId', books.refunds);
    if (ourRefunds.isErr()) return err(ourRefunds.error);

    const found = [
      ...compare('charge', charges, ourPayments.value, nowMs),
      ...compare('refund', returns, ourRefunds.value, nowMs),
      ...missing('charge', payments.value, theirs.value),
      ...missing('refund', refunds.value, theirs.value),
    ];
    const kept = found.slice(0, differencesMax).map((each) => ({ id: world.ids.next(nowMs), ...each }));
    return ok({ charges: charges.length, refunds: returns.length, differences: found.length, kept });
  };

/** The statuses under which money has moved. */
const moved: Readonly<Record<LedgerEntry['kind'], readonly string[]>> = {
  charge: chargedPaymentStatuses,
  refund: succeededRefundStatuses,
};

const keyOf = ({ kind, paymentId, refundId }: LedgerEntry): string | null =>
  kind === 'charge' ? paymentId : refundId;

/** Theirs against ours. */
const compare = (
  kind: LedgerEntry['kind'],
  entries: readonly LedgerEntry[],
  ours: ReadonlyMap<string, OwnRecord<string>>,
  nowMs: number,
): readonly LedgerDifference[] => {
  const seen = new Set<string>();
  return entries.flatMap((entry) => {
    const key = keyOf(entry);
    const own = key === null ? undefined : ours.get(key);
    if (key === null || own === undefined) return difference(`${kind}_unknown`, entry, null);
    if (seen.has(key))
      return difference(kind === 'charge' ? 'charged_twice' : 'refunded_twice', entry, own.amount);
    seen.add(key);
    if (!moved[kind].includes(own.status))
      return entry.atMs > nowMs - settlingMs ? [] : difference(`${kind}_unbooked`, entry, own.amount);
    return same(own.amount, entry.amount) ? [] : difference('amount_differs', entry, own.amount);
  });
};

/** Ours that they do not have. */
const missing = (
  kind: LedgerEntry['kind'],
  ours: readonly OwnRecord<string>[],
  entries: readonly LedgerEntry[],
): readonly LedgerDifference[] => {
  const theirs = new Set(entries.filter((entry) => entry.kind === kind).map(keyOf));
  return ours
    .filter(({ id }) => !theirs.has(id))
    .map(({ id, amount, createdAtMs }) => ({
      kind: `${kind}_missing` as const,
      providerId: null,
      paymentId: kind === 'charge' ? id : null,
      refundId: kind === 'refund' ? id : null,
      ours: amount,
      theirs: null,
      atMs: createdAtMs,
    }));
};

const difference = (
  kind: LedgerDifference['kind'],
  { id, paymentId, refundId, amount, atMs }: LedgerEntry,
  ours: Money | null,
): readonly LedgerDifference[] => [{ kind, providerId: id, paymentId, refundId, ours, theirs: amount, atMs }];

const same = (one: Money, other: Money): boolean =>
  one.amount === other.amount && one.currency === other.currency;

/** All pages of a list. */
const all = async <Row>(
  read: (after: string | null) => AsyncResult<Page<Row, string>>,
): Promise<Result<readonly Row[], Unavailable>> => {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const page: Result<Page<Row, string>, Unavailable> = await read(after);
    if (page.isErr()) return err(page.error);
    rows.push(...page.value.items);
    after = page.value.next;
  } while (after !== null);
  return ok(rows);
};

/** Ours that these entries name, by id. */
const known = async <B extends OwnRecord<string>>(
  entries: readonly LedgerEntry[],
  key: 'paymentId' | 'refundId',
  read: (ids: readonly string[]) => AsyncResult<readonly B[]>,
): Promise<Result<ReadonlyMap<string, B>, Unavailable>> => {
  // What others wrote into the provider's records need not be an id of ours.
  const ids = [...new Set(entries.flatMap((entry) => parseUuid(entry[key] ?? '') ?? []))];
  const found = new Map<string, B>();
  for (let at = 0; at < ids.length; at += pageSize) {
    const some = await read(ids.slice(at, at + pageSize));
    if (some.isErr()) return err(some.error);
    for (const one of some.value) found.set(one.id, one);
  }
  return ok(found);
};
