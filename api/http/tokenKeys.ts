import type { JWTPayload } from 'jose';
import * as errors from 'jose/errors';
import { type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose/jwt/verify';
import type { Clock } from '../../core/world.ts';
import { createKeySet } from './keySet.ts';

/**
 * `secret`: HS256 and nothing else. `previous` is accepted too, while the secret is being changed. `jwks`: RS256 or
 * ES256 with the keys at `url`, and nothing else.
 */
export type TokenKey =
  | { readonly kind: 'secret'; readonly secret: string; readonly previous?: string }
  | { readonly kind: 'jwks'; readonly url: string };

type Verified = {
  readonly payload: JWTPayload;
  /** Until when the token needs no other check of its signature (epoch ms). */
  readonly goodUntilMs: number;
};

/** Rejects with jose's error if the token is wrong, and with any other if the keys cannot be loaded. */
type VerifyToken = (token: string, options: JWTVerifyOptions) => Promise<Verified>;

export const createVerifyToken = (
  key: TokenKey,
  clock: Clock,
  onOutage: (cause: unknown) => void,
): VerifyToken => {
  if (key.kind === 'secret')
    return createSecretVerify(key.previous === undefined ? [key.secret] : [key.secret, key.previous], clock);
  const keySet = createKeySet(key.url, clock, onOutage);
  return async (token, options) => {
    const { value, goodUntilMs } = await keySet.use((keys) => verifyWithSet(token, keys, options));
    return { payload: value.payload, goodUntilMs };
  };
};

/** A token need not name its key. Where several of the set fit, each one is tried. */
const verifyWithSet = async (token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions) => {
  try {
    return await jwtVerify(token, keys, options);
  } catch (cause) {
    if (!(cause instanceof errors.JWKSMultipleMatchingKeys)) throw cause;
    return verifyWithAny(token, await Array.fromAsync(cause), options);
  }
};

/** A secret changes only with the process, but an unused token should not be kept for hours. */
const secretGoodMs = 60_000;

const createSecretVerify = (secrets: readonly string[], clock: Clock): VerifyToken => {
  // Imported once: jose would import the octets again for each token.
  let imported: Promise<readonly CryptoKey[]> | null = null;
  return async (token, options) => {
    imported ??= Promise.all(secrets.map(importSecret));
    const { payload } = await verifyWithAny(token, await imported, options);
    return { payload, goodUntilMs: clock.nowMs() + secretGoodMs };
  };
};

const importSecret = (secret: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ]);

/** A wrong signature is the only reason to try the next key. */
const verifyWithAny = async (
  token: string,
  [key, ...others]: readonly CryptoKey[],
  options: JWTVerifyOptions,
) => {
  if (key === undefined) throw new errors.JWSSignatureVerificationFailed();
  try {
    return await jwtVerify(token, key, options);
  } catch (cause) {
    if (others.length === 0 || !(cause instanceof errors.JWSSignatureVerificationFailed)) throw cause;
    return verifyWithAny(token, others, options);
  }
};
