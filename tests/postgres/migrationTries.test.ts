import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { type MigrationWait, migrate } from '../../adapters/postgres/migrate.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createMigrationFolder } from '../stored/migrationFolder.ts';

const widen = '-- Works beside 0.2.0.\nalter table product add column later_note text;\n';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: the tries of a migration', () => {
  let database: TestDatabase;
  let sql: postgres.Sql;
  let reader: postgres.Sql;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    sql = postgres(database.url, { max: 1, onnotice: () => {} });
    reader = postgres(database.url, { max: 1, connection: { application_name: 'long report' } });
  });
  afterEach(async () => {
    await Promise.all([reader.end(), sql.end()]);
  });

  /** Reads a table and keeps the transaction open until `end`. */
  const readForLong = async () => {
    const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
    const { promise: hasRead, resolve: begun } = Promise.withResolvers<void>();
    const ended = reader.begin(async (tx) => {
      await tx`select 1 from product`;
      begun();
      await isOver;
    });
    await hasRead;
    return async () => {
      end();
      await ended;
    };
  };
  const names = async () => (await sql`select name from migration order by name`).map(({ name }) => name);
  const hasColumn = async (name: string) =>
    (await sql`select 1 from information_schema.columns where column_name = ${name}`).length > 0;

  test('A migration that waits for a long reader lets others through between its tries', async () => {
    const endReading = await readForLong();
    const { promise: waits, resolve: onWait } = Promise.withResolvers<MigrationWait>();
    const folder = createMigrationFolder('postgres', { '901_widen.sql': widen });
    const migrating = migrate(database.url, { folder, lockMs: 20, pausesMs: [600_000], onWait });
    const failed = migrating.catch((cause: unknown) => cause);
    const wait = await waits;
    expect(wait).toMatchObject({ migration: '901_widen.sql', tries: 1 });
    expect(wait.heldBy).toMatch(/^process \d+ \(long report\), open for \d+ s$/);
    // `nowait` is refused if anybody holds the lock, or waits for one that stands in the way.
    await sql.begin((tx) => tx`lock table product in row exclusive mode nowait`);
    expect(await names()).not.toContain('901_widen.sql');
    // A cancel is lost on a connection that is not in the pause yet.
    const cancel = () => sql`
      select pg_cancel_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event = 'PgSleep'`;
    while ((await cancel()).length === 0);
    expect(await failed).toBeInstanceOf(Error);
    await endReading();
  });

  test('A migration is applied once the reader that it waited for has ended', async () => {
    const endReading = await readForLong();
    const folder = createMigrationFolder('postgres', { '902_widen.sql': widen });
    const pausesMs = Array.from({ length: 10_000 }, () => 5);
    const { promise: third, resolve } = Promise.withResolvers<void>();
    const onWait = ({ tries }: MigrationWait) => (tries === 3 ? resolve() : undefined);
    const migrated = migrate(database.url, { folder, lockMs: 5, pausesMs, onWait });
    await third;
    await endReading();
    await migrated;
    expect(await hasColumn('later_note')).toBe(true);
    expect([...(await sql`select works_beside from migration where name = '902_widen.sql'`)]).toEqual([
      { works_beside: '0.2.0' },
    ]);
    // This release says of itself that it works beside that file, so it starts on what a later one has migrated.
    await migrate(database.url);
    await sql`delete from migration where name = '902_widen.sql'`;
    await sql`alter table product drop column later_note`;
  });

  test('A migration that never gets its lock names the file and the transactions, and changes nothing', async () => {
    const endReading = await readForLong();
    const folder = createMigrationFolder('postgres', { '903_widen.sql': widen });
    await expect(migrate(database.url, { folder, lockMs: 5, pausesMs: [1] })).rejects.toMatchObject({
      name: 'MigrationFailed',
      code: '55P03',
      message: expect.stringMatching(/903_widen\.sql failed.* in each of 2 tries.*\(long report\)/),
    });
    await endReading();
    expect(await hasColumn('later_note')).toBe(false);
    expect(await names()).not.toContain('903_widen.sql');
  });

  test('A migration that fails leaves those before it, and nothing of itself', async () => {
    const folder = createMigrationFolder('postgres', {
      '904_first.sql': '-- Works beside 0.2.0.\ncreate table later_first (id int);\n',
      '905_second.sql': 'create table later_second (id int);\nalter table nowhere add column x int;\n',
      '906_third.sql': 'create table later_third (id int);\n',
    });
    await expect(migrate(database.url, { folder })).rejects.toMatchObject({
      name: 'MigrationFailed',
      code: '42P01',
      message: expect.stringMatching(
        /905_second\.sql failed, nothing of it.*"nowhere" does not exist \(42P01/,
      ),
    });
    const later = (await names()).filter((name) => name > '9');
    expect(later).toEqual(['904_first.sql']);
    const tables = await sql`select tablename from pg_tables where tablename like 'later_%'`;
    expect(tables.map(({ tablename }) => tablename)).toEqual(['later_first']);
  });
});
