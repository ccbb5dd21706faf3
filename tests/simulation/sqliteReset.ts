import type Database from 'better-sqlite3';

/**
 * Returns a function that makes the database again what it is now. Triggers write only about rows that come or change, so
 * what is deleted stays deleted. Foreign keys stay on, because switching them makes SQLite plan every statement anew.
 */
export const rememberRows = (client: Database.Database): (() => void) => {
  const tables = client
    .prepare<[], { readonly name: string }>(
      `select name from pragma_table_list
      where schema = 'main' and type in ('table', 'virtual') and name not like 'sqlite_%'
      -- Rows that refer to others are deleted before them.
      order by exists (select 1 from pragma_foreign_key_list(name)) desc`,
    )
    .all()
    .map(({ name }) => name);
  const kept = new Set(
    tables.filter((name) => client.prepare(`select 1 from "${name}" limit 1`).get() !== undefined),
  );
  const restores = [...kept].flatMap((name) => {
    client.exec(`create temp table "kept_${name}" as select * from main."${name}"`);
    return [
      client.prepare(`delete from main."${name}"`),
      client.prepare(`insert into main."${name}" select * from temp."kept_${name}"`),
    ];
  });
  const deletes = tables
    .filter((name) => !kept.has(name))
    .map((name) => client.prepare(`delete from main."${name}"`));
  return client.transaction(() => {
    for (const statement of [...deletes, ...restores]) statement.run();
  });
};

/**
 * Gives the statements and functions of one history to the next one: preparing them took a fifth of its time, and a function
 * that is defined again makes SQLite prepare all statements anew. The second statement of a text in a history is another one
 * than the first, as it would be without this. Returns a function that begins the next history.
 */
export const reuseStatements = (client: Database.Database): (() => void) => {
  const prepare = client.prepare.bind(client);
  const pools = new Map<string, { readonly statements: Database.Statement[]; used: number }>();
  const take = (source: string): Database.Statement => {
    let pool = pools.get(source);
    if (pool === undefined) {
      pool = { statements: [], used: 0 };
      pools.set(source, pool);
    }
    const known = pool.statements[pool.used++];
    if (known !== undefined) return withDefaults(known);
    const made = prepare(source);
    pool.statements.push(made);
    return made;
  };
  Object.defineProperty(client, 'prepare', { value: take, writable: true });
  const define = client.function.bind(client);
  const defined = new Set<string>();
  const defineOnce = (name: string, options: object, body: (...values: unknown[]) => unknown) => {
    if (!defined.has(name)) define(name, options, body);
    defined.add(name);
  };
  Object.defineProperty(client, 'function', { value: defineOnce, writable: true });
  return () => {
    for (const pool of pools.values()) pool.used = 0;
  };
};

/** As it was prepared. Statements without rows have no such settings. */
const withDefaults = (statement: Database.Statement): Database.Statement =>
  statement.reader ? statement.raw(false).pluck(false) : statement;
