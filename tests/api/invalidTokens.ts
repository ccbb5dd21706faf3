import { CompactSign, SignJWT, UnsecuredJWT } from 'jose';
import { type Api, secret, tokenOf } from './testApi.ts';

export const claims = { sub: 'lan', email: 'lan@example.com', roles: ['customer', 'operator'] };

/** Tokens that every route refuses, and the reason that it says. */
export const invalidTokens: Readonly<
  Record<string, readonly [reason: RegExp, (api: Api) => Promise<string>]>
> = {
  'that is garbage': [/not a signed JWT/, async () => 'garbage'],
  'that is three dots': [/not a signed JWT/, async () => '...'],
  'that expired half a minute ago': [
    /has expired \(claim exp\)/,
    ({ world }) => tokenOf(world, { ...claims, exp: world.clock.nowMs() / 1000 - 30 }),
  ],
  'without an expiry time': [
    /no expiry time \(claim exp\)/,
    ({ world }) => tokenOf(world, { ...claims, exp: undefined }),
  ],
  'with a word as its expiry time': [
    /expiry time is not a number \(claim exp\)/,
    ({ world }) => signed(world, { ...claims, exp: 'tomorrow' }),
  ],
  'that is not valid in the next half minute': [
    /not yet valid \(claim nbf\)/,
    ({ world }) => tokenOf(world, { ...claims, nbf: world.clock.nowMs() / 1000 + 31 }),
  ],
  'with a word as the time from which it is valid': [
    /is not a number \(claim nbf\)/,
    ({ world }) => signed(world, { ...claims, exp: world.clock.nowMs() / 1000 + 60, nbf: 'tomorrow' }),
  ],
  'with the algorithm none': [
    /algorithm of the token is not accepted \(alg\): sign it with HS256/,
    async ({ world }) => new UnsecuredJWT({ ...claims, exp: world.clock.nowMs() / 1000 + 60 }).encode(),
  ],
  'that is signed with another secret': [
    /signature of the token is wrong/,
    ({ world }) => tokenOf(world, claims, 'another secret, of well over thirty-two bytes'),
  ],
  'with another algorithm': [
    /algorithm of the token is not accepted/,
    ({ world }) =>
      new SignJWT({ ...claims, exp: world.clock.nowMs() / 1000 + 60 })
        .setProtectedHeader({ alg: 'HS512' })
        .sign(new TextEncoder().encode(secret)),
  ],
  'without a subject': [
    /no customer id \(claim sub\)/,
    ({ world }) => tokenOf(world, { ...claims, sub: undefined }),
  ],
  'with a line break in its subject': [
    /customer id is not .* \(claim sub\)/,
    ({ world }) => tokenOf(world, { ...claims, sub: 'lan\n' }),
  ],
  'with a subject of 201 characters': [
    /customer id is not .* \(claim sub\)/,
    ({ world }) => tokenOf(world, { ...claims, sub: 'x'.repeat(201) }),
  ],
  'without an email': [
    /no e-mail \(claim email\)/,
    ({ world }) => tokenOf(world, { ...claims, email: undefined }),
  ],
  'with a right-to-left override in its email': [
    /not a valid address \(claim email\)/,
    ({ world }) => tokenOf(world, { ...claims, email: 'lan@example\u202e.com' }),
  ],
  'with a zero width space in its email': [
    /not a valid address \(claim email\)/,
    ({ world }) => tokenOf(world, { ...claims, email: 'lan@exam\u200bple.com' }),
  ],
  'with a mail header in its email': [
    /not a valid address \(claim email\)/,
    ({ world }) => tokenOf(world, { ...claims, email: 'lan@example.com\r\nBcc: x@example.com' }),
  ],
  'without roles': [
    /no roles \(claim roles\)/,
    ({ world }) => tokenOf(world, { ...claims, roles: undefined }),
  ],
  'with roles that are not a list': [
    /roles of the token are not a list of words \(claim roles\)/,
    ({ world }) => tokenOf(world, { ...claims, roles: 'operator' }),
  ],
  'with permissions that are not a list': [
    /permissions of the token are not a list of words \(claim permissions\)/,
    ({ world }) => tokenOf(world, { ...claims, permissions: 'orders:read' }),
  ],
  'of more than 8 KiB': [
    /too long: at most 8192 bytes/,
    ({ world }) => tokenOf(world, { ...claims, padding: 'x'.repeat(8_192) }),
  ],
};

/** Signs claims that jose would not put into a token. */
const signed = ({ clock }: Api['world'], payload: Readonly<Record<string, unknown>>): Promise<string> =>
  new CompactSign(
    new TextEncoder().encode(JSON.stringify({ exp: Math.floor(clock.nowMs() / 1000) + 60, ...payload })),
  )
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
