import { JOSEError, JWKSTimeout } from 'jose/errors';
import { createRemoteJWKSet } from 'jose/jwks/remote';

/** What the address of a key set says to us. `keys`: how many there are that tokens may be signed with. */
export type KeySetAnswer =
  | { readonly kind: 'keys'; readonly keys: number }
  | { readonly kind: 'no_set' }
  | { readonly kind: 'unreachable'; readonly cause: unknown };

/** Loads a key set once, as requests do. */
export const probeKeySet = async (url: string): Promise<KeySetAnswer> => {
  const keySet = createRemoteJWKSet(new URL(url));
  try {
    await keySet.reload();
  } catch (cause) {
    return cause instanceof JOSEError && !(cause instanceof JWKSTimeout)
      ? { kind: 'no_set' }
      : { kind: 'unreachable', cause };
  }
  const keys = (keySet.jwks()?.keys ?? []).filter(
    ({ kty, crv, use }) => use !== 'enc' && (kty === 'RSA' || (kty === 'EC' && crv === 'P-256')),
  );
  return { kind: 'keys', keys: keys.length };
};
