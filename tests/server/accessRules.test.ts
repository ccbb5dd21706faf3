import { describe, expect, test } from 'bun:test';
import { readConfig } from '../../server/config.ts';
import { isPlainDatabase } from '../../server/transportRules.ts';

type Env = Readonly<Record<string, string>>;

const secret = 'Z8rW1vQm4Kx0Tn6Yb3Jc7Fh2Lp9Sd5Ga';
const production = { NODE_ENV: 'production' };
const jwks = { AUTH_JWKS_URL: 'https://id.example.com/jwks' };
const closed = { AUTH_ISSUER: 'https://id.example.com', AUTH_AUDIENCE: 'shop' };
const stripe = (key: string) => ({
  PAYMENT_PROVIDER: 'stripe',
  STRIPE_API_KEY: key,
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
});
const simulator = { STRIPE_API_URL: 'http://127.0.0.1:12111' };

const configOf = (env: Env) => readConfig(env)._unsafeUnwrap();
const errorsOf = (env: Env) => readConfig(env)._unsafeUnwrapErr();

describe('Demo mode', () => {
  test('Demo mode listens on this machine only, unless HOST is given', () => {
    expect(configOf({}).host).toBe('127.0.0.1');
    expect(configOf({ HOST: '0.0.0.0' }).host).toBe('0.0.0.0');
    expect(configOf({ AUTH_SECRET: secret }).host).toBeNull();
    expect(configOf({ AUTH_SECRET: secret, HOST: '::1' }).host).toBe('::1');
    expect(configOf(jwks).host).toBeNull();
  });

  test('Demo mode works with a simulator of Stripe and a test key', () => {
    for (const url of ['http://127.0.0.1:12111', 'http://simulator:12111'])
      expect(configOf({ ...stripe('sk_test_simulator'), STRIPE_API_URL: url }).auth.key.kind).toBe('demo');
  });

  test.each<[Env]>([
    [stripe('sk_live_1')],
    [stripe('rk_live_1')],
    [{ ...stripe('sk_live_1'), ...simulator }],
    [stripe('sk_test_1')],
    [{ ...stripe('sk_test_1'), STRIPE_API_URL: 'https://api.stripe.com' }],
    [{ ...stripe('sk_test_1'), STRIPE_API_URL: 'https://API.Stripe.com./v1' }],
  ])('Demo mode is refused beside a provider that moves money: %j', (env) => {
    expect(errorsOf(env)).toEqual([
      expect.stringMatching(/^AUTH_SECRET and AUTH_JWKS_URL are not set, and .*Stripe.* has no demo mode/),
    ]);
    expect(configOf({ ...env, AUTH_SECRET: secret }).auth.key.kind).toBe('secret');
  });

  test.each(['prod', 'Production', 'staging', 'live'])(
    'NODE_ENV=%s stops the start, so it cannot turn demo mode on by mistake',
    (word) => {
      expect(errorsOf({ NODE_ENV: word, AUTH_SECRET: secret })).toEqual([
        `NODE_ENV is "${word}": write development, test or production`,
      ]);
    },
  );

  test('NODE_ENV may be development, test or production', () => {
    const isProduction = (env: Env) => configOf({ AUTH_SECRET: secret, ...env }).production;
    const words = ['development', 'test', 'production', ''];
    expect(words.map((NODE_ENV) => isProduction({ NODE_ENV }))).toEqual([false, false, true, false]);
    expect(isProduction({})).toBeFalse();
  });
});

describe('Tokens', () => {
  test('The settings of tokens are read', () => {
    const names = { AUTH_ROLES_CLAIM: 'realm_access.roles', AUTH_EMAIL_CLAIM: 'https://shop.example/email' };
    expect(configOf({ ...production, ...jwks, ...closed, ...names }).auth).toEqual({
      key: { kind: 'jwks', url: jwks.AUTH_JWKS_URL },
      issuer: closed.AUTH_ISSUER,
      audience: closed.AUTH_AUDIENCE,
      claims: { roles: 'realm_access.roles', email: 'https://shop.example/email' },
    });
    const previous = 'y'.repeat(32);
    expect(configOf({ AUTH_SECRET: secret, AUTH_SECRET_PREVIOUS: previous }).auth.key).toEqual({
      kind: 'secret',
      secret,
      previous,
    });
  });

  test('An issuer or audience of * is any', () => {
    const { auth } = configOf({ ...production, ...jwks, AUTH_ISSUER: '*', AUTH_AUDIENCE: '*' });
    expect([auth.issuer, auth.audience]).toEqual([null, null]);
  });

  test('In production a key set needs an issuer, an audience and https', () => {
    const plain = { AUTH_JWKS_URL: 'http://id.example.com/jwks' };
    expect(errorsOf({ ...production, ...plain })).toEqual([
      expect.stringMatching(/^AUTH_ISSUER is not set, but AUTH_JWKS_URL needs it .* write \* for any$/),
      expect.stringMatching(/^AUTH_AUDIENCE is not set/),
      expect.stringMatching(/^AUTH_JWKS_URL begins with "http:", but NODE_ENV=production needs https/),
    ]);
    expect(errorsOf({ ...production, ...jwks, ...closed, AUTH_AUDIENCE: '' })).toHaveLength(1);
    for (const url of ['http://127.0.0.1:8080/jwks', 'http://localhost/jwks', 'http://[::1]/jwks'])
      expect(configOf({ ...production, ...closed, AUTH_JWKS_URL: url }).auth.key.kind).toBe('jwks');
    expect(configOf(plain).auth.key.kind).toBe('jwks');
  });

  test.each<[Env, RegExp]>([
    [{ AUTH_SECRET_PREVIOUS: secret }, /^AUTH_SECRET_PREVIOUS is set, but AUTH_SECRET is not/],
    [{ ...jwks, AUTH_SECRET_PREVIOUS: secret }, /^AUTH_SECRET_PREVIOUS is set, but AUTH_SECRET is not/],
    [
      { ...production, AUTH_SECRET: secret, AUTH_SECRET_PREVIOUS: 'short' },
      /^AUTH_SECRET_PREVIOUS has 5 bytes/,
    ],
    [{ AUTH_ROLES_CLAIM: 'groups' }, /^AUTH_ROLES_CLAIM is set, but no key to check tokens/],
    [
      { AUTH_SECRET: secret, AUTH_EMAIL_CLAIM: 'e"mail' },
      /^AUTH_EMAIL_CLAIM is .*: write the name of a claim/,
    ],
    [{ AUTH_SECRET: secret, AUTH_ROLES_CLAIM: 'vai trò' }, /^AUTH_ROLES_CLAIM is .*: write the name/],
    [{ HOST: 'shop.example.com' }, /^HOST is "shop.example.com": write an address of this machine/],
    [{ HOST: 'http://127.0.0.1' }, /^HOST is "http:\/\/127.0.0.1": write an address of this machine/],
  ])('The environment %j is refused', (env, line) => {
    expect(errorsOf(env)).toEqual([expect.stringMatching(line)]);
  });
});

describe('TLS', () => {
  test('In production Stripe is asked over https, or on this machine', () => {
    const env = { ...production, ...stripe('sk_live_1'), AUTH_SECRET: secret };
    const plain = { ...env, STRIPE_API_URL: 'http://proxy.example.com' };
    expect(errorsOf(plain)).toEqual([expect.stringMatching(/^STRIPE_API_URL begins with "http:"/)]);
    for (const url of ['https://proxy.example.com', 'http://127.0.0.1:12111', 'http://localhost:12111'])
      expect(configOf({ ...env, STRIPE_API_URL: url }).payment).toMatchObject({ baseUrl: url });
    expect(configOf({ ...plain, NODE_ENV: 'development' }).production).toBeFalse();
  });

  test.each([
    ['postgres://u:p@db.example.com/shop', true],
    ['postgres://u:p@db.example.com:5432/shop?sslmode=prefer', true],
    ['postgres://u:p@db.example.com/shop?sslmode=disable', true],
    ['postgres://u:p@127.0.0.1,db.example.com:5433/shop', true],
    ['postgresql://u:p%40@10.0.0.5/shop?application_name=x', true],
    ['postgres://u:p@db.example.com/shop?sslmode=require', false],
    ['postgres://u:p@a.example.com:1,b.example.com:2/shop?sslmode=verify-full', false],
    ['postgres://u:p@db.example.com/shop?ssl=true', false],
    ['postgres://u:p@127.0.0.1:5432/shop', false],
    ['postgres://u:p@[::1]:5432/shop', false],
    ['postgres://localhost/shop', false],
    ['postgres:///shop?host=/var/run/postgresql', false],
    ['sqlite:./data/cartwright.db', false],
  ])('Whether %s may pass a network as clear text: %p', (url, isPlain) => {
    expect(isPlainDatabase(url)).toBe(isPlain);
  });
});
