import { describe, expect, test } from 'bun:test';
import { type CommandState, createKeptCommand, type KeptCommand } from '../../web/shared/keptCommand.ts';
import type { Outcome } from '../../web/shared/outcome.ts';
import type { Store } from '../../web/shared/store.ts';

type Body = { readonly amount: number };
type Done = { readonly id: string };

const memoryStore = (): Store & { readonly entries: Map<string, string> } => {
  const entries = new Map<string, string>();
  return {
    entries,
    get: (name) => entries.get(name) ?? null,
    set: (name, value) => void entries.set(name, value),
    remove: (name) => void entries.delete(name),
    names: () => [...entries.keys()],
  };
};

const ok: Outcome<Done> = {
  kind: 'ok',
  value: { id: 'refund-1' },
  status: 202,
  requestId: 'r',
  replayed: false,
};
const lost: Outcome<Done> = { kind: 'lost', requestId: 'r', retryAfterMs: null };
const problem = (status: number, code: string, retryAfterMs: number | null = null): Outcome<Done> => ({
  kind: status === 401 ? 'signed_out' : 'problem',
  problem: { status, code, title: '', detail: '', instance: 'r', retryAfterMs },
});

/** A page: it is closed by `stop`, and opened again on the same store. */
const createPage = (answers: Outcome<Done>[], store = memoryStore(), nowMs = 1_000) => {
  const sent: KeptCommand<Body>[] = [];
  const pauses: number[] = [];
  const states: CommandState<Body, Done>[] = [];
  const command = createKeptCommand<Body, Done>({
    store,
    name: 'cw.refund lan order-1',
    send: async (each) => {
      sent.push(each);
      return answers.shift() ?? ok;
    },
    pause: async (ms) => void pauses.push(ms),
    newId: () => `key-${store.entries.size}-${sent.length}-${nowMs}`,
    nowMs: () => nowMs,
    show: (state) => void states.push(state),
  });
  return { command, sent, pauses, states, store, last: () => states.at(-1) };
};

const body = { amount: 5 };

describe('A command that must be done once', () => {
  test('Two presses send it once, and the answer ends it', async () => {
    const page = createPage([ok]);
    await Promise.all([page.command.start(body), page.command.start(body)]);
    expect(page.sent.length).toBe(1);
    expect(page.last()).toMatchObject({ kind: 'done', value: { id: 'refund-1' } });
    expect(page.store.entries.size).toBe(0);
  });

  test('It is kept before it is sent', async () => {
    const store = memoryStore();
    const page = createPage([ok], store);
    const running = page.command.start(body);
    expect(store.entries.size).toBe(1);
    await running;
  });

  test('Without a final answer it is sent again under the same key, ever less often', async () => {
    const page = createPage([lost, problem(503, 'unavailable', 7_000), problem(500, 'internal'), ok]);
    await page.command.start(body);
    expect(new Set(page.sent.map(({ key }) => key)).size).toBe(1);
    expect(page.sent.length).toBe(4);
    expect(page.pauses).toEqual([2_000, 7_000, 8_000]);
    expect(
      page.states.filter(({ kind }) => kind === 'asking').map((state) => Reflect.get(state, 'unanswered')),
    ).toEqual([0, 1, 2, 3]);
  });

  test.each([409, 422, 404, 403])('A refusal with %d ends it', async (status) => {
    const page = createPage([problem(status, 'refund_too_large')]);
    await page.command.start(body);
    expect(page.last()?.kind).toBe('refused');
    expect(page.store.entries.size).toBe(0);
  });

  test.each([408, 429, 500, 503])('An answer with %d says nothing about it', async (status) => {
    const page = createPage([problem(status, 'unavailable'), ok]);
    await page.command.start(body);
    expect(page.sent.length).toBe(2);
  });

  test('A page that is closed before the answer goes on under the same key when it is opened again', async () => {
    const store = memoryStore();
    const closed = createPage([], store);
    const kept = closed.command.start(body);
    const [first] = closed.sent;
    closed.command.stop();
    await kept;
    // The answer came after all, but the browser had died before it could write that down.
    store.set('cw.refund lan order-1', JSON.stringify(first));
    const page = createPage([ok], store, 60_000);
    await page.command.resume();
    expect(page.sent).toEqual([first] as KeptCommand<Body>[]);
    expect(page.last()?.kind).toBe('done');
  });

  test('After ten minutes it is not sent again until the person says so', async () => {
    const store = memoryStore();
    store.set('cw.refund lan order-1', JSON.stringify({ key: 'k', body, startedAtMs: 0 }));
    const page = createPage([ok], store, 600_001);
    await page.command.resume();
    expect(page.sent).toEqual([]);
    expect(page.last()?.kind).toBe('old');
    await page.command.sendAgain();
    expect(page.sent.map(({ key }) => key)).toEqual(['k']);
  });

  test('The end of the session keeps it, and the same key goes on after a new sign-in', async () => {
    const page = createPage([problem(401, 'unauthenticated'), ok]);
    await page.command.start(body);
    expect(page.last()?.kind).toBe('signed_out');
    expect(page.store.entries.size).toBe(1);
    await page.command.resume();
    expect(new Set(page.sent.map(({ key }) => key)).size).toBe(1);
    expect(page.last()?.kind).toBe('done');
  });

  test('Another window that begins one meanwhile goes on with the first', async () => {
    const store = memoryStore();
    store.set('cw.refund lan order-1', JSON.stringify({ key: 'first', body: { amount: 7 }, startedAtMs: 0 }));
    const page = createPage([ok], store);
    await page.command.start(body);
    expect(page.sent).toEqual([{ key: 'first', body: { amount: 7 }, startedAtMs: 0 }]);
  });

  test('An old one is not sent by a press that meant another', async () => {
    const store = memoryStore();
    store.set('cw.refund lan order-1', JSON.stringify({ key: 'k', body: { amount: 7 }, startedAtMs: 0 }));
    const page = createPage([ok], store, 600_001);
    await page.command.start(body);
    expect(page.sent).toEqual([]);
    expect(page.last()).toMatchObject({ kind: 'old', command: { key: 'k' } });
  });

  test('What is kept and is no command is left alone', async () => {
    const store = memoryStore();
    for (const text of ['', '{', 'null', '[]', '{"key":1,"body":{},"startedAtMs":0}']) {
      store.set('cw.refund lan order-1', text);
      const page = createPage([ok], store);
      await page.command.resume();
      expect(page.sent).toEqual([]);
    }
  });
});
