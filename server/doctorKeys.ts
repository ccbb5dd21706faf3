import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import type { Finding } from './doctorReport.ts';
import { adviceOf, codeOf } from './doctorServices.ts';

const part = 'token keys';
const setting = 'AUTH_JWKS_URL';

/** The key set that tokens are checked with, loaded as the shop loads it: a page that is not found answers too. */
export const checkTokenKeys = async (
  _: World,
  { auth }: Pick<Config, 'auth'>,
): Promise<readonly Finding[]> => {
  if (auth.key.kind !== 'jwks') return [];
  const url = new URL(auth.key.url);
  const wrong = (text: string, advice: string): readonly Finding[] => [
    { part, state: 'wrong', text: `${url.host} ${text}`, advice },
  ];
  const [{ createRemoteJWKSet }, { JOSEError, JWKSTimeout }] = await Promise.all([
    import('jose/jwks/remote'),
    import('jose/errors'),
  ]);
  const keySet = createRemoteJWKSet(url);
  try {
    await keySet.reload();
  } catch (cause) {
    if (cause instanceof JOSEError && !(cause instanceof JWKSTimeout))
      return wrong(
        'answers, but not with a set of keys',
        `check the path in ${setting}: it is the jwks_uri in /.well-known/openid-configuration of the issuer`,
      );
    const code = cause instanceof JWKSTimeout ? 'ETIMEDOUT' : codeOf(cause);
    return wrong(`cannot be reached (${code})`, adviceOf(setting, 'it', code));
  }
  const keys = (keySet.jwks()?.keys ?? []).filter(
    ({ kty, crv, use }) => use !== 'enc' && (kty === 'RSA' || (kty === 'EC' && crv === 'P-256')),
  );
  return keys.length === 0
    ? wrong('has no key for RS256 or ES256', 'let the issuer sign tokens with one of these')
    : [
        {
          part,
          state: 'ok',
          text: `${url.host} answers with ${keys.length === 1 ? 'one key' : `${keys.length} keys`}`,
        },
      ];
};
