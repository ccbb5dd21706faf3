import { isLoopback } from '../core/loopback.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether `url` leads to another machine without TLS. */
export const isPlainRemote = (url: string | undefined): boolean => {
  const parsed = URL.parse(url ?? '');
  return parsed?.protocol === 'http:' && !isLoopback(parsed.hostname);
};

/** Connections that production refuses, because a secret would be sent over them as clear text. */
export const findPlainConnections = (env: Environment): readonly string[] =>
  [
    ['STRIPE_API_URL', 'the secret key would be sent as clear text'],
    ['SPLUNK_HEC_URL', 'its token and the log lines would be sent as clear text'],
    ['SIGN_IN_URL', 'passwords and tokens would be sent as clear text'],
  ].flatMap(([name = '', reason]) =>
    isPlainRemote(env[name])
      ? [`${name} begins with "http:", but NODE_ENV=production needs https: ${reason}`]
      : [],
  );

/** Modes of libpq in which a server without TLS is refused. `prefer` and `allow` fall back to clear text. */
const securedModes = new Set(['require', 'verify-ca', 'verify-full', 'no-verify']);

/**
 * Whether the connection to a database passes a network without TLS for certain. A warning and not a refusal: many
 * networks between a shop and its database are private.
 */
export const isPlainDatabase = (url: string): boolean => {
  // `URL` does not take a list of hosts, so the parts are cut by hand.
  const parts = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?([^/?#]*)[^?#]*(?:\?([^#]*))?/.exec(url);
  if (parts === null) return false;
  const query = new URLSearchParams(parts[2]);
  const mode = query.get('sslmode') ?? query.get('ssl') ?? '';
  if (securedModes.has(mode) || mode === 'true' || query.get('sslrootcert') === 'system') return false;
  const hosts = (query.get('host') ?? parts[1] ?? '').split(',').map((host) => host.replace(/:\d+$/, ''));
  // A path is a Unix socket; no host is this machine.
  return !hosts.every((host) => host === '' || /^(?:\/|%2f)/i.test(host) || isLoopback(host));
};
