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
  const { host } = new URL(auth.key.url);
  const wrong = (text: string, advice: string): readonly Finding[] => [
    { part, state: 'wrong', text: `${host} ${text}`, advice },
  ];
  const { probeKeySet } = await import('../api/http/keySetProbe.ts');
  const answer = await probeKeySet(auth.key.url);
  if (answer.kind === 'unreachable') {
    const code = codeOf(answer.cause);
    return wrong(`cannot be reached (${code})`, adviceOf(setting, 'it', code));
  }
  if (answer.kind === 'no_set')
    return wrong(
      'answers, but not with a set of keys',
      `check the path in ${setting}: it is the jwks_uri in /.well-known/openid-configuration of the issuer`,
    );
  const { keys } = answer;
  return keys === 0
    ? wrong('has no key for RS256 or ES256', 'let the issuer sign tokens with one of these')
    : [{ part, state: 'ok', text: `${host} answers with ${keys === 1 ? 'one key' : `${keys} keys`}` }];
};
