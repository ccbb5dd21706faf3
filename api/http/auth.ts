import type { JWTPayload } from 'jose';
import * as errors from 'jose/errors';
import { createRemoteJWKSet } from 'jose/jwks/remote';
import { type JWTVerifyOptions, jwtVerify } from 'jose/jwt/verify';
import { err, ok, type Result } from 'neverthrow';
import type { Permission } from '../../core/permission.ts';
import type { Unavailable } from '../../core/result.ts';
import type { Clock } from '../../core/world.ts';
import type { RequestFailure } from './failures.ts';
import { primaryLanguage } from './language.ts';
import { permissionsOf } from './permissionClaims.ts';
import { createTokenCache } from './tokenCache.ts';

export const roles = ['customer', 'operator'] as const;
export type Role = (typeof roles)[number];

export type AuthSettings = {
  /** `secret`: HS256 and nothing else. `jwks`: RS256 or ES256 with the keys at `url`, and nothing else. */
  readonly key:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'jwks'; readonly url: string };
  readonly issuer: string | null;
  readonly audience: string | null;
};

/** Who sent a request: the owner of a valid token, or a service key. */
export type Caller = Person | ServiceCaller;

/** The owner of a valid token. */
export type Person = {
  /** The customer id: the token's `sub`. */
  readonly id: string;
  readonly email: string;
  /** The primary tag of the token's `locale`, or null. */
  readonly language: string | null;
  readonly roles: readonly Role[];
  readonly permissions: ReadonlySet<Permission>;
};

/** A program that sent a service key. */
type ServiceCaller = {
  /** The id of the key. */
  readonly id: string;
  readonly name: string;
  /** Empty: a key can do nothing that needs a role. */
  readonly roles: readonly Role[];
  readonly permissions: ReadonlySet<Permission>;
};

export type AuthFailure = Extract<RequestFailure, { kind: 'unauthenticated' }> | Unavailable;

/**
 * Identifies the caller by the bearer token. Fails with `unauthenticated`, or with `unavailable` if the key set
 * cannot be loaded. The result is a promise only if the token must be verified: most tokens were verified
 * before.
 */
export type Authenticate = (headers: Headers) => Authenticated | Promise<Authenticated>;

type Authenticated = Result<Caller, AuthFailure>;

/** At most 5,000 tokens of 4 KiB each, so 20 MiB. */
const limits = { tokensMax: 5_000, headerLengthMax: 4096 };

/** A token is verified again after this time, so that tokens of a withdrawn key stop working. */
const verifyAgainAfterMs = 60_000;

export const createAuthenticate = (settings: AuthSettings, clock: Clock): Authenticate => {
  const verify = createVerify(settings, clock);
  // The key is the whole header, so that a cached token needs no parsing.
  const verified = createTokenCache<Authenticated>(limits.tokensMax);

  const authenticate = async (header: string, token: string): Promise<Authenticated> => {
    const payload = await verify(token);
    if (payload.isErr()) return err(payload.error);
    const caller = callerOf(payload.value);
    if (caller === null) return err({ kind: 'unauthenticated', tokenSent: true });
    const expiresMs = (payload.value.exp ?? 0) * 1000;
    verified.set(header, ok(caller), Math.min(expiresMs, clock.nowMs() + verifyAgainAfterMs));
    return ok(caller);
  };

  return (headers) => {
    const header = headers.get('authorization');
    if (header === null) return err({ kind: 'unauthenticated', tokenSent: false });
    const cached = verified.get(header, clock.nowMs());
    if (cached !== null) return cached;
    const token = scheme.exec(header)?.[1];
    if (token === undefined) return err({ kind: 'unauthenticated', tokenSent: false });
    if (header.length > limits.headerLengthMax) return err({ kind: 'unauthenticated', tokenSent: true });
    return authenticate(header, token);
  };
};

const scheme = /^bearer +(\S+) *$/i;

const createVerify = ({ key, issuer, audience }: AuthSettings, clock: Clock) => {
  const options = (): JWTVerifyOptions => ({
    algorithms: key.kind === 'secret' ? ['HS256'] : ['RS256', 'ES256'],
    requiredClaims: ['exp', 'sub'],
    currentDate: new Date(clock.nowMs()),
    ...(issuer === null ? {} : { issuer }),
    ...(audience === null ? {} : { audience }),
  });
  const check = key.kind === 'secret' ? createSecretCheck(key.secret) : createKeySetCheck(key.url);

  return async (token: string): Promise<Result<JWTPayload, AuthFailure>> => {
    try {
      return ok(await check(token, options()));
    } catch (cause) {
      return err(isTokenError(cause) ? { kind: 'unauthenticated', tokenSent: true } : keysUnavailable(cause));
    }
  };
};

type CheckToken = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

const createSecretCheck = (secret: string): CheckToken => {
  const octets = new TextEncoder().encode(secret);
  return async (token, options) => (await jwtVerify(token, octets, options)).payload;
};

const createKeySetCheck = (url: string): CheckToken => {
  const keys = createRemoteJWKSet(new URL(url));
  return async (token, options) => (await jwtVerify(token, keys, options)).payload;
};

/** The token itself is wrong. Any other error comes from loading the keys. */
const isTokenError = (cause: unknown): boolean =>
  cause instanceof errors.JOSEError &&
  !(cause instanceof errors.JWKSTimeout) &&
  !(cause instanceof errors.JWKSInvalid) &&
  cause.code !== errors.JOSEError.code;

const keysUnavailable = (cause: unknown): Unavailable => ({
  kind: 'unavailable',
  reason: `cannot load the key set for tokens: ${cause instanceof Error ? cause.message : String(cause)}`,
});

/** Null if a claim of the verified token is missing or malformed. */
const callerOf = (claims: JWTPayload): Person | null => {
  const { sub, email, roles: claimed, locale } = claims;
  if (typeof sub !== 'string' || !isCustomerId(sub)) return null;
  if (typeof email !== 'string' || !isEmail(email)) return null;
  if (!Array.isArray(claimed) || !claimed.every((role) => typeof role === 'string')) return null;
  const permissions = permissionsOf(claims, claimed.includes('operator'));
  if (permissions === null) return null;
  return {
    id: sub,
    email,
    language: typeof locale === 'string' ? primaryLanguage(locale) : null,
    roles: roles.filter((role) => claimed.includes(role)),
    permissions,
  };
};

/** Printable ASCII, which all identity providers use for `sub`. */
const isCustomerId = (text: string): boolean => /^[\x21-\x7e]{1,255}$/.test(text);

/**
 * One address without characters that could end a mail header, change the direction of its text, or are not seen. RFC
 * 5321 allows 254 octets.
 */
export const emailPattern =
  '^[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ud800-\\udfff@<>()\\[\\],;:\\\\"]{1,64}@[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ud800-\\udfff@<>()\\[\\],;:\\\\"]{1,189}$';
const wellFormedEmail = new RegExp(emailPattern);

const isEmail = (text: string): boolean => wellFormedEmail.test(text);
