import postgres from 'postgres';
import { firstId } from '../../../core/id.ts';
import { continueRefold, nextPart, type RefoldedSlice, type RefoldPosition } from '../../../core/refold.ts';
import { foldVersion } from '../../../core/search.ts';
import type { Sql, Transaction } from '../connection.ts';
import { storedTokens } from './tokens.ts';

/** The version of core's fold that made the stored tokens; null in a new database. */
export const readFoldVersion = async (tx: Transaction | Sql): Promise<number | null> =>
  (await tx<{ version: number }[]>`select version from search_version`)[0]?.version ?? null;

/** The newest version that has begun to fold the stored names anew. */
export const readRefoldVersion = async (tx: Transaction): Promise<number> =>
  (await tx<{ version: number }[]>`select version from search_rebuild`)[0]?.version ?? 0;

export const storeFoldVersion = async (tx: Transaction): Promise<void> => {
  await tx`delete from search_version`;
  await tx`insert into search_version (version) values (${foldVersion})`;
};

/** In this order: the later ones copy the vectors of the snapshots. */
const parts = ['product', 'product_snapshot', 'order_search', 'order_ended'] as const;
type Part = (typeof parts)[number];

/** The key of the last row of a slice, and how many rows it has; null without rows. */
type Slice = { readonly after: string; readonly names: number; readonly isWaiting?: boolean };

const refoldPart: Readonly<
  Record<Part, (tx: Transaction, after: string, limit: number) => Promise<Slice | null>>
> = {
  product: (tx, after, limit) => refoldProducts(tx, after, limit),
  product_snapshot: (tx, after, limit) => refoldSnapshots(tx, after, limit),
  // Most vectors are only compared.
  order_search: (tx, after, limit) => copyToOrders(tx, after, 20 * limit),
  order_ended: (tx, _, limit) => copyToEnded(tx, limit),
};

/** See `Store.refoldNames`. */
export const refoldNames = async (sql: Sql, limit: number): Promise<RefoldedSlice | null> => {
  if (((await readFoldVersion(sql)) ?? foldVersion) >= foldVersion) return null;
  try {
    return await sql.begin((tx) => refoldSlice(tx, limit));
  } catch (cause) {
    if (cause instanceof postgres.PostgresError && cause.code === lockNotAvailable)
      return { part: 'locked by others', names: 0, isWaiting: true };
    throw cause;
  }
};

const lockNotAvailable = '55P03';

/** The slice and its position are one transaction, so a kill loses or repeats nothing. */
const refoldSlice = async (tx: Transaction, limit: number): Promise<RefoldedSlice | null> => {
  const [position] = await tx<RefoldPosition<string>[]>`
    select version, part, after from search_rebuild for update skip locked`;
  if (position === undefined) return { part: 'locked by another process', names: 0, isWaiting: true };
  const isDone = ((await readFoldVersion(tx)) ?? foldVersion) >= foldVersion;
  if (isDone || position.version > foldVersion) return null;
  const { part, after } = continueRefold(position, foldVersion, parts, '');
  const slice = await refoldPart[part](tx, after, limit);
  if (slice !== null) await storePosition(tx, part, slice.after);
  else await startNextPart(tx, part);
  return { part, names: slice?.names ?? 0, isWaiting: slice?.isWaiting ?? false };
};

const storePosition = async (tx: Transaction, part: Part, after: string): Promise<void> => {
  await tx`update search_rebuild set version = ${foldVersion}, part = ${part}, after = ${after}`;
};

/**
 * A transaction that has read a vector before it was folded anew may still have to write its copy. The lock waits until
 * all such transactions have ended. It is held for no longer than it takes to say that the next part begins.
 */
const startNextPart = async (tx: Transaction, part: Part): Promise<void> => {
  const next = nextPart(parts, part);
  if (next === null) return storeFoldVersion(tx);
  await storePosition(tx, next, '');
  if (next !== 'order_search' && next !== 'order_ended') return;
  await tx`set local lock_timeout = '1s'`;
  await tx`lock table ${tx(next)} in share mode`;
};

type NamedRow = { readonly id: string; readonly name: string; readonly code: string };

/** Locked by code, as upserts lock products: see `lockProducts`. */
const refoldProducts = async (tx: Transaction, after: string, limit: number): Promise<Slice | null> => {
  const rows = await tx<NamedRow[]>`
    select id, name, code from product where code > ${after} order by code limit ${limit} for no key update`;
  const tokens = rows.map(({ name, code }) => storedTokens(name, code));
  await tx`
    update product p set name_unaccent = t.folded, name_exact = t.exact
    from unnest(
      ${rows.map(({ id }) => id)}::uuid[],
      ${tokens.map(({ folded }) => folded)}::text[],
      ${tokens.map(({ exact }) => exact)}::text[]
    ) as t(id, folded, exact)
    where p.id = t.id and (p.name_unaccent, p.name_exact) <> (t.folded, t.exact)`;
  const last = rows.at(-1);
  return last === undefined ? null : { after: last.code, names: rows.length };
};

/**
 * The names and codes of snapshots: those of any order that refers to the snapshot, otherwise those of the product. A
 * snapshot that has neither is never searched, and stays as it is.
 */
const refoldSnapshots = async (tx: Transaction, after: string, limit: number): Promise<Slice | null> => {
  const ids = await tx<{ id: number }[]>`
    select id from product_snapshot where id > ${Number(after)} order by id limit ${limit} for no key update`;
  const rows = await tx<NamedRow[]>`
    select s.id::text, coalesce(o.product_name, p.name) as name, coalesce(o.product_code, p.code) as code
    from unnest(${ids.map(({ id }) => id)}::integer[]) as s(id)
    left join product p on p.snapshot_id = s.id
    left join lateral (
      select o.product_name, o.product_code from order_search n join orders o on o.id = n.order_id
      where n.snapshot_id = s.id limit 1
    ) as o on true
    where coalesce(o.product_name, p.name) is not null`;
  await tx`
    update product_snapshot s set name_unaccent = t.folded
    from unnest(
      ${rows.map(({ id }) => id)}::integer[],
      ${rows.map(({ name, code }) => storedTokens(name, code).folded)}::text[]
    ) as t(id, folded)
    where s.id = t.id and s.name_unaccent <> t.folded`;
  const last = ids.at(-1);
  return last === undefined ? null : { after: String(last.id), names: ids.length };
};

const copyToOrders = async (tx: Transaction, after: string, limit: number): Promise<Slice | null> => {
  const [slice] = await tx<Slice[]>`
    with slice as materialized (
      select order_id, snapshot_id, name_vector from order_search
      where order_id > ${after === '' ? firstId : after}::uuid order by order_id limit ${limit}
    ), copied as (
      update order_search n set name_vector = s.name_vector
      from slice l join product_snapshot s on s.id = l.snapshot_id
      where n.order_id = l.order_id and l.name_vector <> s.name_vector
    )
    select (select order_id from slice order by order_id desc limit 1)::text as after,
      (select count(*)::integer from slice) as names`;
  return slice === undefined || slice.names === 0 ? null : slice;
};

/**
 * These rows come and go in the order in which orders end, so a lock in any other order could deadlock. Rows that
 * somebody has locked are left to the next slice.
 */
const copyToEnded = async (tx: Transaction, limit: number): Promise<Slice | null> => {
  const [{ stale, names } = { stale: false, names: 0 }] = await tx<{ stale: boolean; names: number }[]>`
    with stale as materialized (
      select e.status, e.order_id, s.name_vector from order_ended e join product_snapshot s on s.id = e.snapshot_id
      where e.name_vector <> s.name_vector limit ${limit} for update of e skip locked
    ), copied as (
      update order_ended e set name_vector = s.name_vector from stale s
      where e.status = s.status and e.order_id = s.order_id
    )
    select (select count(*)::integer from stale) as names, exists (
      select from order_ended e join product_snapshot s on s.id = e.snapshot_id
      where e.name_vector <> s.name_vector
    ) as stale`;
  return names === 0 && !stale ? null : { after: '', names, isWaiting: names === 0 };
};
