import { eq } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { finishedRetentionMs } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { createLocalWakeup } from '../stored/localWakeup.ts';
import { createActivityLog } from './activity/activity.ts';
import { createAudits } from './checkout/audits.ts';
import { pruneCounted } from './checkout/countedCheckouts.ts';
import { pruneCommandKeys } from './commandKeys/once.ts';
import { type ConnectionOptions, connect, type Sql, withRetries } from './connection.ts';
import { createContacts } from './contacts/contacts.ts';
import { createCustomers } from './customers/customers.ts';
import { createDisputes } from './disputes/disputes.ts';
import { createDeliveries } from './events/deliveries.ts';
import { createEvents } from './events/events.ts';
import { createSubscriptions } from './events/subscriptions.ts';
import { orUnavailable } from './failures.ts';
import { heartbeat } from './heartbeat.ts';
import { createInbox } from './inbox/inbox.ts';
import { createLedger } from './ledger/ledger.ts';
import { createMailbox } from './mailbox/mailbox.ts';
import { type MigrateOptions, migrateWith, noLimits } from './migrate.ts';
import { createInvoices } from './orders/invoices.ts';
import { createOrders } from './orders/orders.ts';
import { keepMonthsAhead, readEnds, warnOfEnds } from './partitions/months.ts';
import { type OnPoolWait, onePool, openPools, type Pools } from './pools.ts';
import { createProducts } from './products/products.ts';
import { createPauses } from './queue/pauses.ts';
import { createQueue } from './queue/queue.ts';
import { createWakeup } from './queue/wakeup.ts';
import { createRefunds } from './refunds/refunds.ts';
import { createPosition, hasReached } from './replication.ts';
import { dropOld } from './retention.ts';
import { secret } from './schema.ts';
import { refoldNames } from './search/rebuild.ts';
import { createServiceKeys } from './serviceKeys/serviceKeys.ts';
import { checkMigrated, checkRights, checkVersion, checkWrites, NotMigrated } from './startCheck.ts';

/** `numberPrefix` is the prefix of the numbers of new checkouts. */
type CheckoutOptions = { readonly numberPrefix?: string };

/**
 * Connects and migrates. With `readOnly` it writes nothing, needs only the rights to read, and rejects with
 * `NotMigrated` until another process has migrated. Rejects with the driver's error if the server cannot be reached,
 * with `SchemaTooNew` if a newer version has migrated the database, with `SchemaTooOld` if an unreleased version has
 * created it, with `MigrationFailed` if a migration did not go through, and with `CannotUseDatabase` if the server is
 * too old or the user lacks rights.
 */
export const openPostgresStore = async (
  world: World,
  options: Omit<ConnectionOptions, 'onPoolWait'> &
    CheckoutOptions & { readonly readOnly?: boolean; readonly onPoolWait?: OnPoolWait | undefined } & Pick<
      MigrateOptions,
      'onWait'
    >,
): Promise<Store> => {
  const { readOnly = false } = options;
  const sql = connect({ ...options, slow: undefined, onPoolWait: undefined, poolSize: 1, limits: noLimits });
  try {
    if (readOnly) await checkReadable(sql);
    else {
      await checkVersion(sql);
      await migrateWith(sql, options);
      await checkRights(sql, false);
      await checkWrites(sql);
    }
  } finally {
    await sql.end({ timeout: 0 });
  }
  const { close, ...pools } = openPools(options);
  return { ...createStoreOver(pools, world, options), close };
};

/** What a process that only reads needs. A standby cannot be migrated, and its user may have no more rights. */
export const checkReadable = async (sql: Sql): Promise<void> => {
  await checkVersion(sql);
  await checkMigrated(sql);
  await checkRights(sql, true);
};

/** A store on a database that is already migrated, with one pool of connections for everything. */
export const createStore = (
  sql: Sql,
  world: World,
  options: Pick<ConnectionOptions, 'pooling'> & CheckoutOptions = {},
): Store => ({ ...createStoreOver(onePool(sql), world, options), close: () => sql.end({ timeout: 3 }) });

export type StoreOptions = Pick<ConnectionOptions, 'pooling'> &
  CheckoutOptions & { readonly readOnly?: boolean };

export const createStoreOver = (
  pools: Pools,
  world: World,
  { pooling, numberPrefix = '', readOnly = false }: StoreOptions,
): Omit<Store, 'close'> => {
  const { commands, work } = pools;
  const db = drizzle(commands);
  return {
    products: splitReads(pools, (sql, db) => createProducts(sql, db, world), ['find', 'list']),
    orders: {
      ...splitReads(pools, createOrders, ['find', 'history', 'timeline', 'list']),
      ...pick(createOrders(work), ['cancelExpired']),
    },
    contacts: createContacts(commands),
    customers: splitReads(pools, createCustomers, ['orders']),
    audits: createAudits(pools, numberPrefix),
    queue: {
      ...createQueue(work, drizzle(work), world),
      ...pick(createQueue(commands, db, world), ['retry', 'matchingIds', 'skip']),
      ...pick(createQueue(pools.reads, drizzle(pools.reads), world), [
        'stats',
        'tasks',
        'failures',
        'history',
      ]),
    },
    pauses: {
      ...createPauses(work),
      ...pick(createPauses(commands), ['begin', 'beginOnce', 'end']),
      ...pick(createPauses(pools.reads), ['list']),
    },
    refunds: splitReads(pools, (sql) => createRefunds(sql, world), ['find', 'list']),
    disputes: createDisputes(commands),
    inbox: createInbox(commands),
    ledger: {
      ...createLedger(work),
      ...pick(createLedger(commands), [
        'acknowledge',
        'acknowledgeOnce',
        'requestReconciliation',
        'requestReconciliationOnce',
      ]),
      ...pick(createLedger(pools.reads), [
        'counts',
        'cases',
        'findCase',
        'findReconciliation',
        'reconciliations',
        'findDifference',
        'differences',
      ]),
    },
    mailbox: {
      ...createMailbox(work, drizzle(work), world),
      ...pick(createMailbox(pools.reads, drizzle(pools.reads), world), ['list']),
    },
    serviceKeys: splitReads(pools, createServiceKeys, ['list', 'findByHash']),
    activity: createActivityLog(pools.reads),
    subscriptions: splitReads(pools, createSubscriptions, ['list', 'find']),
    events: { ...createEvents(work), ...pick(createEvents(commands), ['sendTest']) },
    deliveries: splitReads(pools, createDeliveries, ['list']),
    invoices: createInvoices(pools.reads),
    // With connections that are lent for one transaction only, `LISTEN` is not possible. Hints stay in this process.
    wakeup: pooling === 'transaction' ? createLocalWakeup() : createWakeup(commands, world.timer),
    secret: (name, fresh) =>
      orUnavailable(async () => {
        const find = async () => (await db.select().from(secret).where(eq(secret.name, name)))[0]?.value;
        const known = await find();
        if (known !== undefined) return known;
        if (readOnly) throw new NotMigrated(`no process has stored the secret ${name} yet`);
        await db.insert(secret).values({ name, value: fresh }).onConflictDoNothing();
        return (await find()) ?? fresh;
      }),
    refoldNames: (limit) => withRetries(() => refoldNames(work, limit)),
    ping: () => heartbeat(pools.probe, world, readOnly),
    missingPartition: (nowMs) => orUnavailable(async () => warnOfEnds(await readEnds(pools.reads), nowMs)),
    position: createPosition(pools.position, world),
    reached: (position) => hasReached(pools.reads, position),
    prune: (nowMs) =>
      orUnavailable(async () => {
        await work`delete from finished_tasks where at_ms < ${nowMs - finishedRetentionMs}`;
        await pruneCommandKeys(work, nowMs);
        await pruneCounted(work, nowMs);
        await keepMonthsAhead(work, nowMs);
      }),
    dropOld: (slice) => dropOld(work, slice),
  };
};

/** A port that reads on its own pool. */
const splitReads = <Port extends object>(
  { commands, reads }: Pools,
  create: (sql: Sql, db: PostgresJsDatabase) => Port,
  readNames: readonly (keyof Port)[],
): Port => ({
  ...create(commands, drizzle(commands)),
  ...pick(create(reads, drizzle(reads)), readNames),
});

const pick = <Port extends object, Name extends keyof Port>(
  port: Port,
  names: readonly Name[],
): Pick<Port, Name> => Object.fromEntries(names.map((name) => [name, port[name]])) as Pick<Port, Name>;
