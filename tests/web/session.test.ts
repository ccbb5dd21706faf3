import { describe, expect, test } from 'bun:test';
import type { Outcome } from '../../web/shared/outcome.ts';
import { createSignOut, sessionMark } from '../../web/shared/session.ts';
import { createSignIn, safePath } from '../../web/shared/signIn.ts';
import { memoryStore } from './ports.ts';

const done: Outcome<undefined> = {
  kind: 'ok',
  value: undefined,
  status: 204,
  requestId: 'r',
  replayed: false,
};

const createFixture = () => {
  const tokens: string[] = [];
  const marks: string[] = [];
  const shared = memoryStore();
  const own = memoryStore();
  let ids = 0;
  const newId = () => `id ${++ids}`;
  const signIn = createSignIn({
    home: '/shop',
    api: {
      demoToken: async (email) => ({ ...done, value: { token: `token of ${email}`, expiresAt: '' } }),
      openSession: async (token) => {
        marks.push(sessionMark(shared));
        tokens.push(token);
        return done;
      },
    },
    shared,
    own,
    newId,
  });
  const signOut = createSignOut({ api: { closeSession: async () => done }, shared, newId });
  return { signIn, signOut, tokens, marks, shared, own };
};

const leaving = {
  signInUrl: 'https://id.example/login?client=shop',
  returnTo: 'https://shop.example/shop/sign-in',
  back: '/shop/orders?status=paid',
};

describe('Sign-in by a provider', () => {
  test('The provider gets where to return to, and a state', () => {
    const { signIn } = createFixture();
    const address = new URL(signIn.leave(leaving));
    expect(address.origin + address.pathname).toBe('https://id.example/login');
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client: 'shop',
      return_to: leaving.returnTo,
      state: 'id 1',
    });
  });

  test('The token is posted, the address is cleared first, and the customer is back', async () => {
    const { signIn, tokens } = createFixture();
    signIn.leave(leaving);
    const events: string[] = [];
    const returned = await signIn.comeBack('#token=t1&state=id+1', () =>
      events.push(`cleared after ${tokens.length} tokens`),
    );
    expect(returned).toEqual({ kind: 'returned', back: '/shop/orders?status=paid', opened: done });
    expect(tokens).toEqual(['t1']);
    expect(events).toEqual(['cleared after 0 tokens']);
  });

  test.each(['#token=t1&state=other', '#token=t1', '#error=denied&state=other'])(
    'Nobody is signed in by %s, a link that this window did not ask for',
    async (hash) => {
      const { signIn, tokens } = createFixture();
      signIn.leave(leaving);
      let cleared = 0;
      expect(await signIn.comeBack(hash, () => cleared++)).toMatchObject({ kind: 'wrong_state' });
      expect(tokens).toEqual([]);
      expect(cleared).toBe(1);
    },
  );

  test('A state counts once', async () => {
    const { signIn, tokens } = createFixture();
    signIn.leave(leaving);
    const clear = () => undefined;
    await signIn.comeBack('#token=t1&state=id+1', clear);
    expect(await signIn.comeBack('#token=t1&state=id+1', clear)).toMatchObject({ kind: 'wrong_state' });
    expect(tokens).toEqual(['t1']);
  });

  test('A window that asked for nothing takes no token, not even with an empty state', async () => {
    const { signIn } = createFixture();
    expect(await signIn.comeBack('#token=t1&state=', () => undefined)).toMatchObject({ kind: 'wrong_state' });
  });

  test('A customer who turned back at the provider is where they were', async () => {
    const { signIn } = createFixture();
    signIn.leave(leaving);
    expect(await signIn.comeBack('#error=denied&state=id+1', () => undefined)).toEqual({
      kind: 'not_signed_in',
      back: '/shop/orders?status=paid',
    });
  });

  test('A page without an answer leaves its address alone', async () => {
    const { signIn } = createFixture();
    let cleared = 0;
    expect(await signIn.comeBack('#details', () => cleared++)).toEqual({ kind: 'none' });
    expect(cleared).toBe(0);
  });
});

describe('A session', () => {
  test('Signing in by e-mail opens it with the token of that address', async () => {
    const { signIn, tokens } = createFixture();
    expect(await signIn.byEmail('lan@example.com')).toEqual(done);
    expect(tokens).toEqual(['token of lan@example.com']);
  });

  test('Its mark changes before and after each change', async () => {
    const { signIn, signOut, marks, shared } = createFixture();
    const before = sessionMark(shared);
    await signIn.byEmail('lan@example.com');
    const after = sessionMark(shared);
    await signOut();
    expect(new Set([before, ...marks, after, sessionMark(shared)]).size).toBe(4);
  });

  test.each([
    ['/shop/orders', '/shop/orders'],
    ['/shop?q=áo', '/shop?q=áo'],
    ['//evil.example', '/shop'],
    ['/\\evil.example', '/shop'],
    ['https://evil.example', '/shop'],
    ['javascript:alert(1)', '/shop'],
    ['/shop\n//evil', '/shop'],
    [null, '/shop'],
  ])('The way back %p leads to %p', (path, expected) => {
    expect(safePath(path, '/shop')).toBe(expected);
  });
});
