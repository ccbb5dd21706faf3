import { describe, expect, test } from 'bun:test';
import { createDrain } from '../../server/drain.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

/** A server that notes what is asked of it. Its requests end when the test says so. */
const createServer = () => {
  const calls: string[] = [];
  const open = Promise.withResolvers<void>();
  let requests = 0;
  return {
    calls,
    receive: () => {
      requests++;
    },
    received: () => requests,
    holdResponses: () => {
      calls.push('hold');
      return () => void calls.push('release');
    },
    finish: () => open.resolve(),
    closeConnections: () => void calls.push('close connections'),
    stop: () => {
      calls.push('stop');
      return open.promise;
    },
  };
};

const isDatabaseReady = async () => true;

describe('the drain of a process', () => {
  test('The process is not ready at once, and its listener closes after the drain', async () => {
    const timer = createManualTimer(createTestWorld());
    const server = createServer();
    const drain = createDrain(timer, { drainMs: 5_000, shutdownMs: 10_000 }, isDatabaseReady);
    expect(await drain.isReady()).toEqual({ ready: true, missing: [] });
    const closed = drain.close(server, () => void server.calls.push('end streams'));
    expect(await drain.isReady()).toEqual({ ready: false, missing: ['stopping'] });
    expect(server.calls).toEqual(['close connections', 'end streams']);
    await timer.advance(4_999);
    expect(server.calls).toEqual(['close connections', 'end streams']);
    await timer.advance(101);
    expect(server.calls).toEqual(['close connections', 'end streams', 'hold', 'stop', 'release']);
    server.finish();
    await closed;
    expect(timer.alarms.size).toBe(0);
  });

  test('The listener closes when no request has come for a tenth of a second, and after half a second at the latest', async () => {
    const timer = createManualTimer(createTestWorld());
    const settings = { drainMs: 5_000, shutdownMs: 10_000 };
    const server = createServer();
    void createDrain(timer, settings, isDatabaseReady).close(server, () => {});
    await timer.advance(5_004);
    server.receive();
    await timer.advance(100);
    expect(server.calls).toEqual(['close connections', 'hold']);
    await timer.advance(1);
    expect(server.calls).toEqual(['close connections', 'hold', 'stop', 'release']);

    const busy = createServer();
    void createDrain(timer, settings, isDatabaseReady).close(busy, () => {});
    await timer.advance(5_000);
    for (let waitedMs = 1; waitedMs < 500; waitedMs++) {
      busy.receive();
      await timer.advance(1);
    }
    expect(busy.calls).toEqual(['close connections', 'hold']);
    busy.receive();
    await timer.advance(1);
    expect(busy.calls).toEqual(['close connections', 'hold', 'stop', 'release']);
  });

  test('A process whose database cannot be used is not ready', async () => {
    const drain = createDrain(
      createManualTimer(createTestWorld()),
      { drainMs: 0, shutdownMs: 0 },
      async () => false,
    );
    expect(await drain.isReady()).toEqual({ ready: false, missing: ['database'] });
  });

  test('Without a drain the listener closes at once', async () => {
    const server = createServer();
    const timer = createManualTimer(createTestWorld());
    const closed = createDrain(timer, { drainMs: 0, shutdownMs: 10_000 }, isDatabaseReady).close(
      server,
      () => {},
    );
    expect(server.calls).toEqual(['close connections', 'hold', 'stop', 'release']);
    server.finish();
    await closed;
  });

  test('A request that never ends is waited for no longer than shutdownMs after the drain', async () => {
    const timer = createManualTimer(createTestWorld());
    const drain = createDrain(timer, { drainMs: 5_000, shutdownMs: 10_000 }, isDatabaseReady);
    let isClosed = false;
    const closed = drain
      .close(createServer(), () => {})
      .then(() => {
        isClosed = true;
      });
    await timer.advance(15_099);
    expect(isClosed).toBe(false);
    await timer.advance(1);
    await closed;
  });
});
