import { expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { ReplicaStatus } from '../../core/replica.ts';
import type { AsyncResult } from '../../core/result.ts';
import { createReplicaWatch } from '../../server/replicaWatch.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

const createFixture = () => {
  const world = createTestWorld();
  const timer = createManualTimer(world);
  const servers = {
    status: async (): AsyncResult<ReplicaStatus> => ok({ isStandby: true, replayed: 256 }),
    end: '0/100' as string | null,
    isBroken: false,
  };
  const lines: string[] = [];
  const write = (message: string, facts?: object) => lines.push(`${message} ${JSON.stringify(facts)}`);
  const watch = createReplicaWatch(
    {
      replica: { status: () => servers.status() },
      position: async () => {
        if (servers.isBroken) throw new Error('permission denied for function pg_walfile_name');
        return ok(servers.end === null ? null : { timeline: 1, lsn: servers.end });
      },
      clock: world.clock,
      timer,
      log: { info: write, warn: write },
    },
    'postgres://copy:5432/shop',
  );
  return { watch, timer, servers, lines };
};

test('A replica that has all is up with no lag, and nothing is said', async () => {
  const { watch, lines } = createFixture();
  expect(watch.health().state).toBe('away');
  await watch.start();
  expect(watch.health()).toEqual({ state: 'up', lagMs: 0, lagBytes: 0 });
  expect(lines).toEqual([]);
});

test('A replica that is stuck is behind after five seconds, and up as soon as it has caught up', async () => {
  const { watch, timer, servers, lines } = createFixture();
  await watch.start();
  servers.end = '0/10000';
  await timer.advance(4_000);
  expect(watch.health().state).toBe('up');
  await timer.advance(4_000);
  expect(watch.health().state).toBe('behind');
  servers.status = async () => ok({ isStandby: true, replayed: 0x10000 });
  await timer.advance(1_000);
  expect(watch.health()).toEqual({ state: 'up', lagMs: 0, lagBytes: 0 });
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('too far behind');
});

test('A replica that fails, rejects or says nothing is away, and says why once', async () => {
  const { watch, timer, servers, lines } = createFixture();
  await watch.start();
  const answers: readonly (() => AsyncResult<ReplicaStatus>)[] = [
    async () => err({ kind: 'unavailable', reason: 'it is gone' }),
    () => Promise.reject(new Error('a newer release has migrated it')),
    () => new Promise(() => {}),
  ];
  for (const answer of answers) {
    servers.status = answer;
    await timer.advance(4_000);
    expect(watch.health()).toEqual({ state: 'away', lagMs: null, lagBytes: null });
  }
  expect(lines).toEqual([expect.stringContaining('"reason":"it is gone"')]);
});

test('While the primary is away the lag is not known, and the replica is up', async () => {
  const { watch, timer, servers } = createFixture();
  servers.end = '0/10000';
  await watch.start();
  servers.end = null;
  await timer.advance(60_000);
  expect(watch.health()).toEqual({ state: 'up', lagMs: null, lagBytes: null });
});

test('A primary that fails in an unknown way ends no process, and the replica is up', async () => {
  const { watch, timer, servers } = createFixture();
  await watch.start();
  servers.isBroken = true;
  await timer.advance(3_000);
  expect(watch.health()).toEqual({ state: 'up', lagMs: null, lagBytes: null });
  servers.isBroken = false;
  await timer.advance(1_000);
  expect(watch.health()).toEqual({ state: 'up', lagMs: 0, lagBytes: 0 });
});
