import type { JWTPayload } from 'jose';
import { err, ok, type Result } from 'neverthrow';
import type { CountedLog } from '../../core/countedLog.ts';
import { messageOf } from '../../core/errorMessage.ts';
import type { Permission } from '../../core/permission.ts';
import type { Unavailable } from '../../core/result.ts';
import type { Clock } from '../../core/world.ts';
import { bearerHeaderOf } from './bearer.ts';
import { isEmailAddress } from './emailAddress.ts';
import type { RequestFailure } from './failures.ts';
import { primaryLanguage } from './language.ts';
import { permissionsOf } from './permissionClaims.ts';
import { sessionTokenOf } from './sessionCookie.ts';
import { createTokenCache } from './tokenCache.ts';
import { type ClaimNames, claimAt } from './tokenClaims.ts';
import { createVerifyToken, type TokenKey } from './tokenKeys.ts';
import { type TokenReason, tokenLengthMax, tokenReasonOf, tokenTooLong } from './tokenReasons.ts';

export const roles = ['customer', 'operator'] as const;
export type Role = (typeof roles)[number];

export type AuthSettings = {
  readonly key: TokenKey;
  /** Null for any. */
  readonly issuer: string | null;
  /** Null for any. */
  readonly audience: string | null;
  /** `roles` and `email` where it is not given. */
  readonly claims?: ClaimNames;
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

/** At most 5,000 tokens of 8 KiB each, so 40 MiB. A longer header is read, and not kept. */
const limits = { tokensMax: 5_000, headerLengthMax: tokenLengthMax + 'Bearer '.length };

/** Clocks differ: a token is taken this long before its `nbf` and after its `exp`. */
const leewaySeconds = 30;

const defaultClaims: ClaimNames = { roles: 'roles', email: 'email' };

/**
 * Refused tokens and outages of the key set are counted in `log`, without any part of a token. A bearer token is read
 * first: the cookie `cookieName` counts only for requests without one.
 */
export const createAuthenticate = (
  { key, issuer, audience, claims = defaultClaims }: AuthSettings,
  clock: Clock,
  log: Pick<CountedLog, 'warn'>,
  cookieName: string,
): Authenticate => {
  const verify = createVerifyToken(key, clock, (cause) =>
    log.warn('the key set for tokens cannot be loaded again; the last one is still used', {
      reason: messageOf(cause),
    }),
  );
  const algorithms = key.kind === 'secret' ? ['HS256'] : ['RS256', 'ES256'];
  const options = () => ({
    algorithms,
    requiredClaims: ['exp', 'sub'],
    currentDate: new Date(clock.nowMs()),
    clockTolerance: leewaySeconds,
    ...(issuer === null ? {} : { issuer }),
    ...(audience === null ? {} : { audience }),
  });
  // The key is the whole header, so that a cached token needs no parsing.
  const verified = createTokenCache<Authenticated>(limits.tokensMax);

  const refuse = (reason: TokenReason): Authenticated => {
    log.warn('a token was refused', { reason }, `a token was refused: ${reason}`);
    return err({ kind: 'unauthenticated', tokenSent: true, reason });
  };

  const authenticate = async (header: string, token: string): Promise<Authenticated> => {
    try {
      const { payload, goodUntilMs } = await verify(token, options());
      const caller = callerOf(payload, claims);
      if (caller.isErr()) return refuse(caller.error);
      const endsMs = ((payload.exp ?? 0) + leewaySeconds) * 1000;
      if (header.length <= limits.headerLengthMax)
        verified.set(header, ok(caller.value), Math.min(endsMs, goodUntilMs));
      return ok(caller.value);
    } catch (cause) {
      const reason = tokenReasonOf(cause, algorithms);
      return reason === null ? err(keysUnavailable(cause)) : refuse(reason);
    }
  };

  return (headers) => {
    const header = bearerHeaderOf(headers) ?? bearerOfSession(headers, cookieName);
    if (header === null) return err({ kind: 'unauthenticated', tokenSent: false });
    const cached = verified.get(header, clock.nowMs());
    if (cached !== null) return cached;
    const token = scheme.exec(header)?.[1];
    if (token === undefined) return err({ kind: 'unauthenticated', tokenSent: false });
    return token.length > tokenLengthMax ? refuse(tokenTooLong) : authenticate(header, token);
  };
};

/** The header that a page would send, if it could read its token. */
const bearerOfSession = (headers: Headers, cookieName: string): string | null => {
  const token = sessionTokenOf(headers, cookieName);
  return token === null ? null : `Bearer ${token}`;
};

const scheme = /^bearer +(\S+) *$/i;

const keysUnavailable = (cause: unknown): Unavailable => ({
  kind: 'unavailable',
  reason: `cannot load the key set for tokens: ${messageOf(cause)}`,
});

/** The caller that a verified token names, or why a claim of it is not accepted. */
const callerOf = (payload: JWTPayload, names: ClaimNames): Result<Person, TokenReason> => {
  const { sub, locale } = payload;
  if (typeof sub !== 'string' || !isCustomerId(sub))
    return err('The customer id is not 1 to 200 visible ASCII characters (claim sub)');
  const email = claimAt(payload, names.email);
  if (email === undefined) return err(`The token has no e-mail (claim ${names.email})`);
  if (typeof email !== 'string' || !isEmailAddress(email))
    return err(`The e-mail of the token is not a valid address (claim ${names.email})`);
  const claimed = claimAt(payload, names.roles);
  if (claimed === undefined) return err(`The token has no roles (claim ${names.roles})`);
  if (!Array.isArray(claimed) || !claimed.every((role) => typeof role === 'string'))
    return err(`The roles of the token are not a list of words (claim ${names.roles})`);
  const permissions = permissionsOf(payload, claimed.includes('operator'));
  if (permissions === null)
    return err('The permissions of the token are not a list of words (claim permissions)');
  return ok({
    id: sub,
    email,
    language: typeof locale === 'string' ? primaryLanguage(locale) : null,
    roles: roles.filter((role) => claimed.includes(role)),
    permissions,
  });
};

/** Printable ASCII, which all identity providers use for `sub`. */
const isCustomerId = (text: string): boolean => /^[\x21-\x7e]{1,200}$/.test(text);
