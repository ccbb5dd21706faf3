import { describe, expect, test } from 'bun:test';
import { type Connection, createConnection } from '../../web/shared/connection.ts';
import type { Outcome } from '../../web/shared/outcome.ts';

const ok: Outcome<string> = { kind: 'ok', value: 'v', status: 200, requestId: 'r', replayed: false };
const unanswered = (kind: 'lost' | 'offline'): Outcome<never> => ({
  kind,
  requestId: 'r',
  retryAfterMs: null,
});

const createFixture = (...answers: Outcome<string>[]) => {
  const window = new EventTarget();
  const state = { value: { isOffline: false, lastHeardMs: null } as Connection };
  let nowMs = 0;
  const call = createConnection({
    call: async <Value>() => (answers.shift() ?? ok) as Outcome<Value>,
    window,
    nowMs: () => ++nowMs,
    state,
  });
  const connection = (): Connection => state.value;
  return { ask: () => call<string>({ method: 'GET', path: '/orders' }), connection, window };
};

describe('The connection', () => {
  test('An answer passes through, and its time is remembered', async () => {
    const { ask, connection } = createFixture(ok);
    expect(connection()).toEqual({ isOffline: false, lastHeardMs: null });
    expect(await ask()).toEqual(ok);
    expect(connection()).toEqual({ isOffline: false, lastHeardMs: 1 });
  });

  test('It is offline after a call without a network, until the shop answers again', async () => {
    const { ask, connection, window } = createFixture(ok, unanswered('offline'), unanswered('lost'), ok);
    await ask();
    await ask();
    expect(connection()).toEqual({ isOffline: true, lastHeardMs: 1 });
    window.dispatchEvent(new Event('online'));
    await ask();
    expect(connection().isOffline).toBe(true);
    await ask();
    expect(connection()).toEqual({ isOffline: false, lastHeardMs: 2 });
  });

  test('The browser may say that it is offline before any call', () => {
    const { connection, window } = createFixture();
    window.dispatchEvent(new Event('offline'));
    expect(connection().isOffline).toBe(true);
  });

  test('A single lost answer is no sign of being offline', async () => {
    const { ask, connection } = createFixture(unanswered('lost'));
    await ask();
    expect(connection().isOffline).toBe(false);
  });
});
