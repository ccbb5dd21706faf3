import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import postgres from 'postgres';
import { createPostgresRecords } from '../../adapters/sandbox/postgresRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { RecordStore } from '../../adapters/sandbox/records.ts';
import { postgresAvailable, type TestDatabase, testDatabase } from '../processes/postgres.ts';
import { freePort } from '../processes/server.ts';
import { testWorld } from '../world.ts';
import { directGround, request } from './harness.ts';
import { providerSuite } from './provider.ts';
import { bookSuite, charges, record } from './records.ts';

test('a server that is not there makes the provider unavailable, since nothing was sent', async () => {
  const book = createPostgresRecords({ url: 'postgres://nobody@127.0.0.1:1/none' });
  const provider = createSandboxProvider(book, testWorld(), { slowMs: 0 });
  expect((await provider.charge(request('a'))).kind).toBe('unavailable');
  expect((await provider.charge(request('a', 'pm_sim_slow'))).kind).toBe('unavailable');
  expect((await provider.cancel(request('a'))).kind).toBe('unavailable');
  await book.close();
});

const available = await postgresAvailable();

describe.skipIf(!available)('postgres', () => {
  let database: TestDatabase;
  let admin: postgres.Sql;
  beforeAll(async () => {
    database = await testDatabase({ empty: true });
    admin = postgres(database.url, { max: 2, onnotice: () => {} });
  });
  afterAll(async () => {
    await admin.end();
    await database.drop();
  });

  describe('once its table is there', () => {
    let book: RecordStore;
    beforeAll(async () => {
      book = createPostgresRecords({ url: database.url });
      await charges(book);
    });
    afterAll(() => book.close());
    const clear = async () => {
      await admin`delete from simulated_provider.record`;
    };

    bookSuite('postgres', async () => ({ open: () => createPostgresRecords({ url: database.url }), clear }));
    providerSuite('simulator, postgres', async () => ({ ground: directGround(book), close: clear }));
  });

  describe('from nothing on', () => {
    beforeEach(async () => {
      await admin`drop schema if exists simulated_provider cascade`;
    });

    test('it keeps its word without prepared statements, too', async () => {
      const book = createPostgresRecords({ url: database.url, pooling: 'transaction' });
      const provider = createSandboxProvider(book, testWorld(), { slowMs: 0 });
      const first = await provider.charge(request('a', 'pm_sim_slow'));
      expect(await provider.charge(request('a'))).toEqual(first);
      expect(first.kind).toBe('succeeded');
      await book.close();
    });

    test('ten processes that start at once make its table once', async () => {
      const books = Array.from({ length: 10 }, () => createPostgresRecords({ url: database.url }));
      const outcomes = await Promise.all(
        books.map((book) => createSandboxProvider(book, testWorld()).charge(request('a'))),
      );
      expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
      expect(outcomes[0]?.kind).toBe('succeeded');
      await Promise.all(books.map((book) => book.close()));
    });

    test('a process that starts while another makes the table waits for it', async () => {
      const book = createPostgresRecords({ url: database.url });
      const held = await admin.reserve();
      await held`begin`;
      await held`select pg_advisory_xact_lock(hashtext('simulated_provider'))`;
      await held`create schema simulated_provider`;
      const charging = createSandboxProvider(book, testWorld()).charge(request('a'));
      await untilWaiting(admin, 1);
      await held`commit`;
      held.release();
      expect((await charging).kind).toBe('succeeded');
      await book.close();
    });

    test('processes with keys in common wait for one another, and not in a circle', async () => {
      const books = [
        createPostgresRecords({ url: database.url }),
        createPostgresRecords({ url: database.url }),
      ] as const;
      await charges(books[0]);
      const held = await admin.reserve();
      await held`begin`;
      await held`insert into simulated_provider.record values ('x', 'pi_x', 1, null, '{}')`;
      // In this order, each would hold what the other one waits for once `x` is free.
      const entering = [
        books[0].insertIfNew(entries('pi_1 a', 'pi_2 x', 'pi_3 b')),
        books[1].insertIfNew(entries('pi_4 b', 'pi_5 x', 'pi_6 a')),
      ];
      await untilWaiting(admin, 2);
      await held`rollback`;
      held.release();
      const [one, other] = (await Promise.all(entering)).map((entry) => entry._unsafeUnwrap());
      expect(other?.toReversed()).toEqual([...(one ?? [])]);
      await Promise.all(books.map((book) => book.close()));
    });

    test('a database that takes no writes makes the provider unavailable', async () => {
      const writing = createPostgresRecords({ url: database.url });
      await charges(writing);
      const book = createPostgresRecords({ url: `${database.url}?default_transaction_read_only=on` });
      expect((await createSandboxProvider(book, testWorld()).charge(request('a'))).kind).toBe('unavailable');
      expect(await charges(writing)).toEqual([]);
      await Promise.all([book.close(), writing.close()]);
    });

    test('a server that comes, goes and comes again is unavailable only meanwhile', async () => {
      const port = await freePort();
      const url = Object.assign(new URL(database.url), { port: String(port) }).href;
      const book = createPostgresRecords({ url });
      const provider = createSandboxProvider(book, testWorld());
      expect((await provider.charge(request('a'))).kind).toBe('unavailable');

      const close = await forwarding(port, database.url);
      expect((await provider.charge(request('a'))).kind).toBe('succeeded');
      await close();
      // It may have been sent before the loss was noticed.
      expect((await provider.charge(request('b'))).kind).toBeOneOf(['unknown', 'unavailable']);
      expect((await provider.charge(request('b'))).kind).toBe('unavailable');

      const closeAgain = await forwarding(port, database.url);
      expect((await provider.charge(request('b'))).kind).toBe('succeeded');
      await book.close();
      await closeAgain();
    });

    test('a connection that is lost while a charge is under way leaves its outcome unknown', async () => {
      const book = createPostgresRecords({ url: database.url });
      const provider = createSandboxProvider(book, testWorld());
      await charges(book);
      const held = await admin.reserve();
      await held`begin`;
      await held`lock table simulated_provider.record in access exclusive mode`;
      const charging = provider.charge(request('lost'));
      await untilWaiting(admin, 1);
      await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'simulated_provider'`;
      expect((await charging).kind).toBe('unknown');
      await held`rollback`;
      held.release();
      expect((await provider.charge(request('lost'))).kind).toBe('succeeded');
      await book.close();
    });

    test('what is written when the rest of the batch cannot be read is unknown, never unavailable', async () => {
      const book = createPostgresRecords({ url: database.url });
      await book.insertIfNew(entries('pi_taken taken'));
      await book.close();
      // A server that is out of memory whenever the charge `taken` is read.
      await admin.unsafe(`
        create role teller login;
        grant usage on schema simulated_provider to teller;
        grant select, insert on simulated_provider.record to teller;
        create function simulated_provider.read(id text) returns boolean language plpgsql as $$
          begin
            if id = 'pi_taken' then raise 'out of memory' using errcode = '53200'; end if;
            return true;
          end $$;
        alter table simulated_provider.record enable row level security;
        create policy reads on simulated_provider.record for select using (simulated_provider.read(id));
        create policy writes on simulated_provider.record for insert with check (true);`);
      const teller = createPostgresRecords({
        url: Object.assign(new URL(database.url), { username: 'teller' }).href,
      });
      try {
        const entered = await teller.insertIfNew(entries('pi_new new', 'pi_late taken'));
        expect(entered._unsafeUnwrapErr().kind).toBe('unknown');
        expect(await admin`select 1 from simulated_provider.record where id = 'pi_new'`).toHaveLength(1);
      } finally {
        await teller.close();
        await admin.unsafe('drop owned by teller; drop role teller');
      }
    });
  });
});

/** `pi_1 a`: a record's id and its key. */
const entries = (...pairs: readonly string[]) =>
  pairs.map((pair) => {
    const [id = '', key = ''] = pair.split(' ');
    return { record: record(id, key), also: [] };
  });

/** Until as many of the provider's statements wait for a lock. */
const untilWaiting = async (admin: postgres.Sql, statements: number): Promise<void> => {
  for (;;) {
    const waiting = await admin`
      select 1 from pg_stat_activity
      where datname = current_database() and application_name = 'simulated_provider'
        and wait_event_type = 'Lock'`;
    if (waiting.length >= statements) return;
  }
};

/** Makes a server reachable on another port too, until the answered function breaks that off. */
const forwarding = async (port: number, url: string): Promise<() => Promise<void>> => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    for (const one of [socket, onward]) {
      sockets.add(one);
      one.on('error', () => {});
    }
    socket.pipe(onward).pipe(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
};
