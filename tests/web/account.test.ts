import { describe, expect, test } from 'bun:test';
import type { Call } from '../../web/shared/call.ts';
import { createCells } from '../../web/shared/cells.ts';
import type { Outcome } from '../../web/shared/outcome.ts';
import type { Order, Session } from '../../web/shared/types.ts';
import { createAccount } from '../../web/shop/account.ts';
import { createAnswers, flush, lost, ok, orderOf } from './answers.ts';
import { memoryStore } from './ports.ts';

describe('The account of a page', () => {
  const sessionOf = (customerId: string) => ({ customerId, email: '', roles: [] }) as unknown as Session;

  const createFixture = () => {
    const calls: string[] = [];
    const replies = new Map<string, Outcome<unknown>>();
    const shared = memoryStore();
    const lists = new Map<string, unknown>();
    const call: Call = async ({ path }) => {
      calls.push(path.split('?')[0] ?? '');
      return (replies.get(path.split('?')[0] ?? '') ?? lost) as Outcome<never>;
    };
    const account = createAccount({
      call,
      shared,
      cell: createCells().create,
      lists,
      prepareWords: async () => undefined,
    });
    const signIn = (customerId: string | null) =>
      replies.set('/session', ok(customerId === null ? null : sessionOf(customerId)));
    const fill = (...orders: readonly Order[]) =>
      replies.set('/orders', ok({ items: orders, nextCursor: null }));
    const load = async () => {
      await account.load();
      await flush();
    };
    const ids = () => account.cart.value.orders?.map(({ id }) => id) ?? null;
    return { account, calls, lists, replies, shared, signIn, fill, load, ids };
  };

  test('Without a session nothing else is asked, so no request is refused', async () => {
    const { calls, signIn, load, account } = createFixture();
    signIn(null);
    await load();
    expect([calls, account.session.value]).toEqual([['/session'], null]);
  });

  test('Another customer sees nothing of the one before', async () => {
    const { signIn, fill, load, ids, lists, replies, account } = createFixture();
    signIn('lan');
    fill(orderOf('a'), orderOf('b'));
    await load();
    account.tick('a', false);
    lists.set('/shop/orders', { items: [orderOf('old', 'completed')], nextCursor: null });
    await load();
    expect([ids(), [...account.unticked.value], lists.size]).toEqual([['a', 'b'], ['a'], 1]);
    signIn('minh');
    replies.set('/orders', lost);
    await load();
    expect([ids(), [...account.unticked.value], account.cart.value.failure?.kind, lists.size]).toEqual([
      null,
      [],
      'lost',
      0,
    ]);
  });

  test('An answer from before somebody else signed in or out is not taken for the one after', async () => {
    const { waiting, ask, answer } = createAnswers<unknown>();
    const account = createAccount({
      call: ask as Call,
      shared: memoryStore(),
      cell: createCells().create,
      lists: new Map(),
      prepareWords: async () => undefined,
    });
    const customer = () => account.session.value?.customerId ?? null;
    const both = [account.load(), account.load()];
    await answer(1, ok(sessionOf('minh')));
    await answer(0, ok(sessionOf('lan')));
    await Promise.all(both);
    expect(customer()).toBe('minh');
    const late = account.load();
    account.leave();
    await answer(waiting.length - 1, ok(sessionOf('minh')));
    expect([customer(), await late]).toEqual([null, null]);
  });

  test('A list from before a change is not shown after it', async () => {
    const { signIn, fill, load, account } = createFixture();
    signIn('lan');
    fill(orderOf('a'));
    await load();
    const before = account.loadCart();
    fill(orderOf('a', 'pending', 2));
    account.replaceOrder(orderOf('a', 'pending', 2));
    await before;
    await flush();
    expect(account.cart.value.orders?.map(({ quantity }) => quantity)).toEqual([2]);
  });

  test('A session that ends by itself takes nothing away, and a sign-out takes all', async () => {
    const { signIn, fill, load, ids, replies, account } = createFixture();
    signIn('lan');
    fill(orderOf('a'));
    await load();
    const refused = { kind: 'signed_out', problem: { status: 401, code: 'unauthenticated' } };
    replies.set('/orders', refused as unknown as Outcome<unknown>);
    await account.loadCart();
    expect([account.hasEnded.value, account.session.value?.customerId, ids()]).toEqual([true, 'lan', ['a']]);
    signIn(null);
    await load();
    expect([account.hasEnded.value, ids()]).toEqual([true, ['a']]);
    account.leave();
    expect([account.hasEnded.value, account.session.value, ids()]).toEqual([false, null, null]);
  });

  test('A shop that cannot say who is signed in signs nobody out', async () => {
    const { signIn, fill, load, ids, replies, account } = createFixture();
    signIn('lan');
    fill(orderOf('a'));
    await load();
    const unavailable = { kind: 'problem', problem: { status: 503, code: 'unavailable' } };
    replies.set('/session', unavailable as unknown as Outcome<unknown>);
    await load();
    expect([account.session.value?.customerId, account.hasEnded.value, ids()]).toEqual(['lan', false, ['a']]);
    expect(account.failure.value?.kind).toBe('problem');
    signIn('lan');
    await load();
    expect(account.failure.value).toBeNull();
  });

  test('A sign-out in another window takes all in this one too', async () => {
    const { signIn, fill, load, ids, shared, account } = createFixture();
    signIn('lan');
    fill(orderOf('a'));
    await load();
    // What `leave` of the other window does.
    shared.remove('cw.known');
    signIn(null);
    await load();
    expect([account.hasEnded.value, account.session.value, ids()]).toEqual([false, null, null]);
  });

  test('An answer from before a sign-out in another window does not undo it', async () => {
    const { signIn, fill, load, ids, shared, account } = createFixture();
    signIn('lan');
    fill(orderOf('a'));
    await load();
    shared.remove('cw.known');
    await load();
    signIn(null);
    await load();
    expect([account.hasEnded.value, account.session.value, ids()]).toEqual([false, null, null]);
  });

  test('A tick of an order that is gone does not come back with it', async () => {
    const { signIn, fill, load, account } = createFixture();
    signIn('lan');
    fill(orderOf('a'), orderOf('b'));
    await load();
    account.tick('a', false);
    fill(orderOf('b'));
    await account.loadCart();
    expect([...account.unticked.value]).toEqual([]);
  });

  test('An order that was placed just now is there at once, and ticked', async () => {
    const { signIn, fill, load, ids, account } = createFixture();
    signIn('lan');
    fill(orderOf('a'));
    await load();
    fill(orderOf('n'), orderOf('a'));
    account.tick('n', false);
    account.addOrder(orderOf('n'));
    expect([ids(), [...account.unticked.value]]).toEqual([['n', 'a'], []]);
    await flush();
    expect(ids()).toEqual(['n', 'a']);
  });
});
