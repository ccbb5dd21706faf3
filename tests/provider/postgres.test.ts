import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import postgres from 'postgres';
import { createPostgresRecords } from '../../adapters/sandbox/postgresRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { RecordStore } from '../../adapters/sandbox/records.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { freePort } from '../processes/server.ts';
import { createTestWorld } from '../world.ts';
import { chargeRequest, createSandboxHarness } from './harness.ts';
import { providerSuite } from './provider.ts';
import { listCharges, newRecord, recordStoreSuite } from './records.ts';

test('A missing database server makes the provider unavailable, since nothing was sent', async () => {
  const records = createPostgresRecords({ url: 'postgres://nobody@127.0.0.1:1/none' });
  const provider = createSandboxProvider(records, createTestWorld(), { slowMs: 0 });
  expect((await provider.charge(chargeRequest('a'))).kind).toBe('unavailable');
  expect((await provider.charge(chargeRequest('a', 'pm_sim_slow'))).kind).toBe('unavailable');
  expect((await provider.cancel(chargeRequest('a'))).kind).toBe('unavailable');
  await records.close();
});

const available = await postgresAvailable();

describe.skipIf(!available)('Sandbox on PostgreSQL', () => {
  let database: TestDatabase;
  let admin: postgres.Sql;
  beforeAll(async () => {
    database = await createTestDatabase({ empty: true });
    admin = postgres(database.url, { max: 2, onnotice: () => {} });
  });
  afterAll(async () => {
    await admin.end();
    await database.drop();
  });

  describe('Existing table', () => {
    let records: RecordStore;
    beforeAll(async () => {
      records = createPostgresRecords({ url: database.url });
      await listCharges(records);
    });
    afterAll(() => records.close());
    const clear = async () => {
      await admin`delete from simulated_provider.record`;
    };

    recordStoreSuite('postgres', async () => ({
      open: () => createPostgresRecords({ url: database.url }),
      clear,
    }));
    providerSuite('sandbox, postgres', async () => ({
      harness: createSandboxHarness(records),
      close: clear,
    }));
  });

  describe('Empty database', () => {
    beforeEach(async () => {
      await admin`drop schema if exists simulated_provider cascade`;
    });

    test('The provider charges once under a key without prepared statements, too', async () => {
      const records = createPostgresRecords({ url: database.url, pooling: 'transaction' });
      const provider = createSandboxProvider(records, createTestWorld(), { slowMs: 0 });
      const first = await provider.charge(chargeRequest('a', 'pm_sim_slow'));
      expect(await provider.charge(chargeRequest('a'))).toEqual(first);
      expect(first.kind).toBe('succeeded');
      await records.close();
    });

    test('Ten processes that start at the same time create the table once', async () => {
      const stores = Array.from({ length: 10 }, () => createPostgresRecords({ url: database.url }));
      const outcomes = await Promise.all(
        stores.map((records) => createSandboxProvider(records, createTestWorld()).charge(chargeRequest('a'))),
      );
      expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
      expect(outcomes[0]?.kind).toBe('succeeded');
      await Promise.all(stores.map((records) => records.close()));
    });

    test('A process that starts while another one creates the table waits for it', async () => {
      const records = createPostgresRecords({ url: database.url });
      const blocker = await admin.reserve();
      await blocker`begin`;
      await blocker`select pg_advisory_xact_lock(hashtext('simulated_provider'))`;
      await blocker`create schema simulated_provider`;
      const outcome = createSandboxProvider(records, createTestWorld()).charge(chargeRequest('a'));
      await untilStatementsWait(admin, 1);
      await blocker`commit`;
      blocker.release();
      expect((await outcome).kind).toBe('succeeded');
      await records.close();
    });

    test('Processes that insert the same keys wait for one another without a deadlock', async () => {
      const stores = [
        createPostgresRecords({ url: database.url }),
        createPostgresRecords({ url: database.url }),
      ] as const;
      await listCharges(stores[0]);
      const blocker = await admin.reserve();
      await blocker`begin`;
      await blocker`insert into simulated_provider.record values ('x', 'pi_x', 1, null, '{}')`;
      // In the given order each process would hold the key that the other one waits for once `x` is free.
      const inserts = [
        stores[0].insertIfNew(entries('pi_1 a', 'pi_2 x', 'pi_3 b')),
        stores[1].insertIfNew(entries('pi_4 b', 'pi_5 x', 'pi_6 a')),
      ];
      await untilStatementsWait(admin, 2);
      await blocker`rollback`;
      blocker.release();
      const [one, other] = (await Promise.all(inserts)).map((entry) => entry._unsafeUnwrap());
      expect(other?.toReversed()).toEqual([...(one ?? [])]);
      await Promise.all(stores.map((records) => records.close()));
    });

    test('A read-only database makes the provider unavailable', async () => {
      const writable = createPostgresRecords({ url: database.url });
      await listCharges(writable);
      const records = createPostgresRecords({
        url: `${database.url}?options=-c%20default_transaction_read_only%3Don`,
      });
      expect((await createSandboxProvider(records, createTestWorld()).charge(chargeRequest('a'))).kind).toBe(
        'unavailable',
      );
      expect(await listCharges(writable)).toEqual([]);
      await Promise.all([records.close(), writable.close()]);
    });

    test('A server that starts, stops and starts again is unavailable only while it is stopped', async () => {
      const port = await freePort();
      const url = Object.assign(new URL(database.url), { port: String(port) }).href;
      const records = createPostgresRecords({ url });
      const provider = createSandboxProvider(records, createTestWorld());
      expect((await provider.charge(chargeRequest('a'))).kind).toBe('unavailable');

      const close = await forwardPort(port, database.url);
      expect((await provider.charge(chargeRequest('a'))).kind).toBe('succeeded');
      await close();
      // It may have been sent before the loss was noticed.
      expect((await provider.charge(chargeRequest('b'))).kind).toBeOneOf(['unknown', 'unavailable']);
      expect((await provider.charge(chargeRequest('b'))).kind).toBe('unavailable');

      const closeAgain = await forwardPort(port, database.url);
      expect((await provider.charge(chargeRequest('b'))).kind).toBe('succeeded');
      await records.close();
      await closeAgain();
    });

    test('A connection that is lost during a charge leaves its outcome unknown', async () => {
      const records = createPostgresRecords({ url: database.url });
      const provider = createSandboxProvider(records, createTestWorld());
      await listCharges(records);
      const blocker = await admin.reserve();
      await blocker`begin`;
      await blocker`lock table simulated_provider.record in access exclusive mode`;
      const outcome = provider.charge(chargeRequest('lost'));
      await untilStatementsWait(admin, 1);
      await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'simulated_provider'`;
      expect((await outcome).kind).toBe('unknown');
      await blocker`rollback`;
      blocker.release();
      expect((await provider.charge(chargeRequest('lost'))).kind).toBe('succeeded');
      await records.close();
    });

    test('A write is unknown, and never unavailable, if the rest of its batch cannot be read', async () => {
      const records = createPostgresRecords({ url: database.url });
      await records.insertIfNew(entries('pi_taken taken'));
      await records.close();
      // A server that runs out of memory whenever the charge `pi_taken` is read.
      await admin.unsafe(`
        create role restricted login;
        grant usage on schema simulated_provider to restricted;
        grant select, insert on simulated_provider.record to restricted;
        create function simulated_provider.read(id text) returns boolean language plpgsql as $$
          begin
            if id = 'pi_taken' then raise 'out of memory' using errcode = '53200'; end if;
            return true;
          end $$;
        alter table simulated_provider.record enable row level security;
        create policy reads on simulated_provider.record for select using (simulated_provider.read(id));
        create policy writes on simulated_provider.record for insert with check (true);`);
      const restricted = createPostgresRecords({
        url: Object.assign(new URL(database.url), { username: 'restricted' }).href,
      });
      try {
        const inserted = await restricted.insertIfNew(entries('pi_new new', 'pi_late taken'));
        expect(inserted._unsafeUnwrapErr().kind).toBe('unknown');
        expect(await admin`select 1 from simulated_provider.record where id = 'pi_new'`).toHaveLength(1);
      } finally {
        await restricted.close();
        await admin.unsafe('drop owned by restricted; drop role restricted');
      }
    });
  });
});

/** `pi_1 a`: a record's id and its key. */
const entries = (...pairs: readonly string[]) =>
  pairs.map((pair) => {
    const [id = '', key = ''] = pair.split(' ');
    return { record: newRecord(id, key), also: [] };
  });

/** Waits until this many statements of the provider wait for a lock. */
const untilStatementsWait = async (admin: postgres.Sql, statements: number): Promise<void> => {
  for (;;) {
    const waiting = await admin`
      select 1 from pg_stat_activity
      where datname = current_database() and application_name = 'simulated_provider'
        and wait_event_type = 'Lock'`;
    if (waiting.length >= statements) return;
  }
};

/** Forwards `port` to the server of `url`. Returns a function that stops it and closes its connections. */
const forwardPort = async (port: number, url: string): Promise<() => Promise<void>> => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on('error', () => {});
    }
    socket.pipe(upstream).pipe(socket);
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
