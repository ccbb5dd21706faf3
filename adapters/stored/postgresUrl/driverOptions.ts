import { readFileSync } from 'node:fs';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { messageOf } from '../../../core/errorMessage.ts';
import { type Host, type PostgresUrl, parsePostgresUrl } from './parse.ts';

/** A connection string that cannot be followed, such as one that names a file which cannot be read. */
class WrongDatabaseUrl extends Error {
  override readonly name = 'WrongDatabaseUrl';
}

/**
 * The options of postgres.js for a connection string. The driver's own reading sends unknown parameters to the server,
 * throws at a `%`, and reads no certificates.
 *
 * @throws WrongDatabaseUrl
 */
export const driverOptions = (text: string) => {
  const parsed = parsePostgresUrl(text);
  if (parsed.isErr()) throw new WrongDatabaseUrl(parsed.error);
  const url = parsed.value;
  // In its second round over the hosts the driver takes a primary too.
  const hosts = url.target === 'prefer-standby' ? [...url.hosts, ...url.hosts] : url.hosts;
  const socket = url.hosts.find(({ host }) => host.startsWith('/'));
  if (socket !== undefined && url.hosts.length > 1)
    throw new WrongDatabaseUrl('a Unix socket can only be the one host');
  return {
    // The driver takes lists, but its types do not say so.
    host: hosts.map(({ host }) => host) as unknown as string,
    port: hosts.map(({ port }) => port) as unknown as number,
    ...(socket !== undefined && { path: `${socket.host}/.s.PGSQL.${socket.port}` }),
    ...(url.user !== null && { user: url.user }),
    ...(url.password !== null && { password: url.password }),
    ...(url.database !== null && { database: url.database }),
    ssl: socket === undefined && tlsOptions(url),
    ...(url.sslDirect && { sslnegotiation: 'direct' as const }),
    ...(url.target !== 'any' && { target_session_attrs: url.target }),
    connect_timeout: url.connectTimeoutS ?? (url.hosts.length > 1 ? eachHostS : onlyHostS),
    /** Parameters of the session. */
    session: {
      ...(url.applicationName !== null && { application_name: url.applicationName }),
      ...(url.options !== null && { options: url.options }),
    },
  };
};

/** A machine that is gone answers nothing, so the callers wait this long before the next host is tried. */
const [onlyHostS, eachHostS] = [5, 2];

const isLoopback = ({ host }: Host): boolean => /^(localhost|127\.[\d.]+|::1)$/.test(host);

/**
 * As libpq: without a mode, TLS is used where the server offers it, but not on this machine. `require` with a root
 * certificate checks the server's certificate, and only `verify-full` also checks its name.
 */
const tlsOptions = (url: PostgresUrl) => {
  const { sslRootCert, sslCert, sslKey, sslPassword } = url;
  const mode = url.sslMode ?? (url.hosts.every(isLoopback) ? 'disable' : 'prefer');
  if (mode === 'disable') return false;
  if ((mode === 'allow' || mode === 'prefer') && sslCert === null) return 'prefer' as const;
  const isVerified = mode === 'verify-ca' || mode === 'verify-full' || sslRootCert !== null;
  const isNamed = mode === 'verify-full';
  return {
    rejectUnauthorized: isVerified,
    ...(sslRootCert !== null && sslRootCert !== 'system' && { ca: readPem('sslrootcert', sslRootCert) }),
    ...(sslCert !== null && { cert: readPem('sslcert', sslCert) }),
    ...(sslKey !== null && { key: readPem('sslkey', sslKey) }),
    ...(sslPassword !== null && { passphrase: sslPassword }),
    checkServerIdentity: (_: string, certificate: PeerCertificate) =>
      isNamed ? findWrongName(url.hosts, certificate) : undefined,
  };
};

/** The driver does not say which host it has connected to, so the certificate must be for one of them. */
const findWrongName = (hosts: readonly Host[], certificate: PeerCertificate): Error | undefined => {
  const errors = hosts.map(({ host }) => checkServerIdentity(host, certificate));
  return errors.includes(undefined) ? undefined : errors[0];
};

const readPem = (parameter: string, path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WrongDatabaseUrl(`${parameter} cannot be read: ${messageOf(cause)}`);
  }
};
