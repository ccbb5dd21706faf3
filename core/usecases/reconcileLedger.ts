import { err, ok, type Result } from 'neverthrow';
import { parseUuid } from '../id.ts';
import {
  type Ledger,
  type LedgerDifference,
  type OwnRecord,
  type Reconciliation,
  type ReconciliationReport,
  storedDifferencesMax,
} from '../ledger.ts';
import type { Money } from '../money.ts';
import type { Page } from '../page.ts';
import { chargedPaymentStatuses, isChargeOf } from '../payment.ts';
import type { LedgerEntry, PaymentProvider } from '../provider.ts';
import { type RefundStatus, type Refunds, succeededRefundStatuses } from '../refund.ts';
import type { AsyncResult, Unavailable } from '../result.ts';
import { createAdoptMissedRefunds } from './adoptMissedRefunds.ts';
import type { FollowPorts } from './followCharge.ts';
import { createFollowEndedRefunds, endedRefunds } from './followEndedRefunds.ts';
import { createReadOldRefunds } from './readOldRefunds.ts';

/** A charge may be later than its payment's creation, and earlier than its record, by this much. */
const marginMs = 3_600_000;

/** A movement that is newer than this may not be recorded yet, so it is not a difference. */
const recordingDelayMs = 15 * 60_000;

/** A refund that is older than its day by this much is looked for at its charge, and not in the ledger. */
const oldRefundMs = 7 * 24 * 3_600_000;

const pageSize = 500;

type Ports = FollowPorts & {
  readonly ledger: Pick<
    Ledger,
    'payments' | 'refunds' | 'refundsByReference' | 'listChargedPayments' | 'listSucceededRefunds'
  >;
  readonly provider: Pick<PaymentProvider, 'readLedger'>;
  readonly refunds: Pick<Refunds, 'find'>;
};

/**
 * Compares one day of the provider's ledger with ours: each of the provider's charges and refunds with our records, and
 * each of ours with the provider's. Reads both in pages. Books refunds that were made or have failed at the provider if
 * their events were lost, and changes nothing else. Fails with `unavailable` only.
 */
export const createReconcileLedger = (
  ports: Ports,
): ((reconciliation: Reconciliation) => AsyncResult<ReconciliationReport>) => {
  const { ledger, provider, world } = ports;
  const readRefunds = createReadRefunds(ports);
  const readOldRefunds = createReadOldRefunds(ports);
  const followEnded = createFollowEndedRefunds(ports);
  return async (reconciliation) => {
    const nowMs = world.clock.nowMs();
    const { dayMs: fromMs, endMs: toMs } = reconciliation;
    const day = { fromMs, toMs, limit: pageSize };
    const payments = await readAll((after) => ledger.listChargedPayments({ ...day, after }));
    if (payments.isErr()) return err(payments.error);
    const readSucceeded = () => readAll((after) => ledger.listSucceededRefunds({ ...day, after }));
    const succeeded = await readSucceeded();
    if (succeeded.isErr()) return err(succeeded.error);

    const isOld = ({ createdAtMs }: OwnRecord<RefundStatus>) => createdAtMs < fromMs - oldRefundMs;
    const old = await readOldRefunds(succeeded.value.filter(isOld));
    if (old.isErr()) return err(old.error);
    const compared = succeeded.value.filter(({ id }) => !old.value.unread.has(id));

    const oldestMs = compared
      .filter((refund) => !isOld(refund))
      .reduce((least, { createdAtMs }) => Math.min(least, createdAtMs), fromMs);
    // A payment can be charged on a later day than its own, if its key is sent again.
    const newestMs = payments.value.reduce((most, { updatedAtMs }) => Math.max(most, updatedAtMs), toMs);
    const range = { fromMs: oldestMs - marginMs, toMs: newestMs + marginMs };
    const theirs = await readAll((after) => provider.readLedger({ ...range, after }));
    if (theirs.isErr()) return err(theirs.error);

    const entries = [...theirs.value, ...old.value.entries];
    const ended = endedRefunds(compared, entries);
    const followed = await followEnded(ended);
    if (followed.isErr()) return err(followed.error);
    const current = ended.length === 0 ? succeeded : await readSucceeded();
    if (current.isErr()) return err(current.error);
    // What has succeeded since the provider's ledger was read may not be in it.
    const known = new Set(compared.map(({ id }) => id));
    const refunds = current.value.filter(({ id }) => known.has(id));

    const entriesOfDay = theirs.value.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    const chargeEntries = entriesOfDay.filter(({ kind }) => kind === 'charge');
    const refundEntries = entriesOfDay.filter(({ kind }) => kind !== 'charge');
    const ourPayments = await readOwnRecords(chargeEntries, 'paymentId', ledger.payments);
    if (ourPayments.isErr()) return err(ourPayments.error);
    const ourRefunds = await readRefunds(refundEntries);
    if (ourRefunds.isErr()) return err(ourRefunds.error);

    const differences = [
      ...compareEntries('charge', chargeEntries, ourPayments.value, nowMs),
      ...compareEntries('refund', refundEntries, ourRefunds.value, nowMs),
      ...missingEntries('charge', payments.value.filter(hasCharge), theirs.value),
      ...missingEntries('refund', refunds.filter(hasNoEntry(entries)), entries),
    ];
    return ok({
      charges: chargeEntries.length,
      refunds: refundEntries.length,
      differences: differences.length,
      storedDifferences: differences
        .slice(0, storedDifferencesMax)
        .map((difference) => ({ id: world.ids.next(nowMs), ...difference })),
    });
  };
};

/** An adopted refund does not have our id at the provider. It has the provider's id with us. */
const hasNoEntry = (entries: readonly LedgerEntry[]): ((refund: OwnRecord<RefundStatus>) => boolean) => {
  const references = new Set(entries.map(({ id }) => id));
  return ({ reference }) => reference === null || !references.has(reference);
};

/**
 * Our records of the provider's refunds, by our id or by the provider's. Refunds without a record are adopted first.
 */
const createReadRefunds = (ports: Ports) => {
  const { ledger } = ports;
  const adoptMissedRefunds = createAdoptMissedRefunds(ports);

  const read = async (entries: readonly LedgerEntry[]): Promise<OwnRecords<OwnRecord<RefundStatus>>> => {
    const byId = await readOwnRecords(entries, 'refundId', ledger.refunds);
    if (byId.isErr()) return err(byId.error);
    const records = new Map<string, OwnRecord<RefundStatus>>(byId.value);
    for (let at = 0; at < entries.length; at += pageSize) {
      const references = entries.slice(at, at + pageSize).map(({ id }) => id);
      const page = await ledger.refundsByReference(references);
      if (page.isErr()) return err(page.error);
      for (const refund of page.value) addPart(records, refund);
    }
    return ok(records);
  };

  return async (entries: readonly LedgerEntry[]): Promise<OwnRecords<OwnRecord<RefundStatus>>> => {
    const known = await read(entries);
    if (known.isErr()) return err(known.error);
    const missed = entries.filter((entry) => ownRecordOf(entry, known.value) === undefined);
    if (missed.length === 0) return known;
    const adopted = await adoptMissedRefunds(missed);
    return adopted.isErr() ? err(adopted.error) : read(entries);
  };
};

/**
 * The parts of one refund of the provider count together. A part that was shared out again has failed, and those that
 * succeeded stand for it.
 */
const addPart = (records: Map<string, OwnRecord<RefundStatus>>, part: OwnRecord<RefundStatus>): void => {
  const { reference } = part;
  if (reference === null) return;
  const known = records.get(reference);
  const isMade = hasMoved(part);
  if (known !== undefined && hasMoved(known) && !isMade) return;
  const before = known === undefined || (isMade && !hasMoved(known)) ? 0 : known.amount.amount;
  records.set(reference, { ...part, amount: { ...part.amount, amount: part.amount.amount + before } });
};

const hasMoved = ({ status }: Pick<OwnRecord<RefundStatus>, 'status'>): boolean =>
  succeededRefundStatuses.includes(status);

const ownRecordOf = <Status>(
  entry: LedgerEntry,
  ownRecords: ReadonlyMap<string, OwnRecord<Status>>,
): OwnRecord<Status> | undefined => ownRecords.get(ownIdOf(entry) ?? '') ?? ownRecords.get(entry.id);

/** Lost disputes are on the side of the refunds: their money went back too. */
type Side = 'charge' | 'refund';

/** The statuses which say that the money moved. */
const movedStatuses: Readonly<Record<Side, readonly string[]>> = {
  charge: chargedPaymentStatuses,
  refund: succeededRefundStatuses,
};

const ownIdOf = ({ kind, paymentId, refundId }: LedgerEntry): string | null =>
  kind === 'charge' ? paymentId : refundId;

/** Compares the provider's entries with our records. */
const compareEntries = (
  kind: Side,
  entries: readonly LedgerEntry[],
  ownRecords: ReadonlyMap<string, OwnRecord<string>>,
  nowMs: number,
): readonly LedgerDifference[] => {
  const seen = new Set<string>();
  return entries.flatMap((entry) => {
    const own = ownRecordOf(entry, ownRecords);
    if (own === undefined) return differenceOf(`${kind}_unknown`, entry, null);
    if (seen.has(own.id) || isSecondCharge(entry, own))
      return differenceOf(kind === 'charge' ? 'charged_twice' : 'refunded_twice', entry, own.amount);
    seen.add(own.id);
    if (!movedStatuses[kind].includes(own.status))
      return entry.atMs > nowMs - recordingDelayMs ? [] : differenceOf(`${kind}_unbooked`, entry, own.amount);
    return isSameMoney(own.amount, entry.amount) ? [] : differenceOf('amount_differs', entry, own.amount);
  });
};

/** The first charge may be of another day. Then nothing of this day is seen twice. */
const isSecondCharge = ({ kind, reference }: LedgerEntry, own: OwnRecord<string>): boolean =>
  kind === 'charge' && movedStatuses.charge.includes(own.status) && !isChargeOf(own, reference);

/** Our records that have no entry at the provider. */
const missingEntries = (
  kind: Side,
  ownRecords: readonly OwnRecord<string>[],
  entries: readonly LedgerEntry[],
): readonly LedgerDifference[] => {
  const idsInEntries = new Set(
    entries.filter((entry) => (entry.kind === 'charge') === (kind === 'charge')).map(ownIdOf),
  );
  return ownRecords
    .filter(({ id }) => !idsInEntries.has(id))
    .map(({ id, amount, createdAtMs }) => ({
      kind: `${kind}_missing` as const,
      providerId: null,
      chargeReference: null,
      paymentId: kind === 'charge' ? id : null,
      refundId: kind === 'refund' ? id : null,
      ours: amount,
      theirs: null,
      atMs: createdAtMs,
    }));
};

/** False for a payment of 0: no provider was asked. */
const hasCharge = ({ amount }: OwnRecord<string>): boolean => amount.amount > 0;

const differenceOf = (
  kind: LedgerDifference['kind'],
  { id, reference, paymentId, refundId, amount, atMs }: LedgerEntry,
  ours: Money | null,
): readonly LedgerDifference[] => [
  { kind, providerId: id, chargeReference: reference, paymentId, refundId, ours, theirs: amount, atMs },
];

const isSameMoney = (one: Money, other: Money): boolean =>
  one.amount === other.amount && one.currency === other.currency;

/** Reads all pages of a list. */
const readAll = async <Row>(
  readPage: (after: string | null) => AsyncResult<Page<Row, string>>,
): Promise<Result<readonly Row[], Unavailable>> => {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const page: Result<Page<Row, string>, Unavailable> = await readPage(after);
    if (page.isErr()) return err(page.error);
    rows.push(...page.value.items);
    after = page.value.next;
  } while (after !== null);
  return ok(rows);
};

type OwnRecords<R> = Result<ReadonlyMap<string, R>, Unavailable>;

/** Reads our records which the entries name, by id. */
const readOwnRecords = async <R extends OwnRecord<string>>(
  entries: readonly LedgerEntry[],
  idField: 'paymentId' | 'refundId',
  read: (ids: readonly string[]) => AsyncResult<readonly R[]>,
): Promise<OwnRecords<R>> => {
  // Other systems may have written ids into the provider's records that are not ours.
  const ids = [...new Set(entries.flatMap((entry) => parseUuid(entry[idField] ?? '') ?? []))];
  const records = new Map<string, R>();
  for (let at = 0; at < ids.length; at += pageSize) {
    const page = await read(ids.slice(at, at + pageSize));
    if (page.isErr()) return err(page.error);
    for (const record of page.value) records.set(record.id, record);
  }
  return ok(records);
};
