import { err, ok, type Result } from 'neverthrow';
import { type Parameters, readParameters } from './parameters.ts';

/** A server, by name or address; a host that begins with `/` is the folder of a Unix socket. */
export type Host = { readonly host: string; readonly port: number };

/** What a connection string says, as every client of Postgres reads it. */
export type PostgresUrl = Omit<Parameters, 'hosts' | 'ports' | 'user' | 'password' | 'database'> & {
  /** One or more, in the order in which they are tried. */
  readonly hosts: readonly Host[];
  /** Null where the URL has none. */
  readonly user: string | null;
  readonly password: string | null;
  readonly database: string | null;
};

const defaultPort = 5432;

/**
 * Reads `postgres://user:password@host:port,host:port/database?parameter=value`. The runtime's URL class knows no list
 * of hosts. The error says what to write, and shows nothing of the text, because a password may be anywhere in it.
 */
export const parsePostgresUrl = (text: string): Result<PostgresUrl, string> => {
  const match = /^postgres(?:ql)?:\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(text);
  if (match === null) return err('write postgres://user:password@host:5432/database');
  const [, authority = '', path = '', query = ''] = match;
  const at = authority.lastIndexOf('@');
  const [user = '', ...secrets] = authority.slice(0, Math.max(at, 0)).split(':');
  const parts = [user, secrets.join(':'), path];
  const named = authority.slice(at + 1);
  return decodeAll(parts).andThen(([userName, password, database]) =>
    readParameters(query, decode).andThen(({ hosts, ports, ...rest }) =>
      (hosts === null ? readHosts(named) : pairHosts(hosts, ports)).map((found) => ({
        ...rest,
        hosts: found,
        user: rest.user ?? (userName || null),
        password: rest.password ?? (password || null),
        database: rest.database ?? (database || null),
      })),
    ),
  );
};

const decodeAll = (parts: readonly string[]): Result<readonly string[], string> => {
  const decoded: string[] = [];
  for (const part of parts) {
    const one = decode(part);
    if (one.isErr()) return err(one.error);
    decoded.push(one.value);
  }
  return ok(decoded);
};

const decode = (part: string): Result<string, string> => {
  try {
    return ok(decodeURIComponent(part));
  } catch {
    return err(
      'there is a % that is not followed by two hexadecimal digits: write %25 for each % of a user, password or database',
    );
  }
};

/** Reads `host:port,[::1]:port`; a port may be missing. */
const readHosts = (text: string): Result<readonly Host[], string> => {
  const hosts: Host[] = [];
  for (const one of text.split(',')) {
    const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(one);
    if (match === null) return err(wrongHost);
    const name = decode(match[1] ?? match[2] ?? '');
    if (name.isErr()) return err(name.error);
    const port = readPort(match[3] ?? '');
    if (port === null) return err(wrongHost);
    hosts.push({ host: name.value || 'localhost', port });
  }
  return ok(hosts);
};

const wrongHost =
  'a host or its port cannot be read: write host:5432, and in a user or password %2F for /, %3F for ?, %40 for @';

/** The parameters `host` and `port`: a port for each host, or one for all. */
const pairHosts = (hosts: readonly string[], ports: readonly string[]): Result<readonly Host[], string> => {
  if (ports.length > 1 && ports.length !== hosts.length)
    return err('write as many ports as hosts, or one for all of them');
  const pairs: Host[] = [];
  for (const [index, host] of hosts.entries()) {
    const port = readPort((ports.length > 1 ? ports[index] : ports[0]) ?? '');
    if (port === null) return err(wrongHost);
    pairs.push({ host: host || 'localhost', port });
  }
  return ok(pairs);
};

const readPort = (text: string): number | null => {
  if (text === '') return defaultPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
};

/** The URL without user, password and parameters, for logs and errors. */
export const showPostgresUrl = (text: string): string =>
  parsePostgresUrl(text).match(
    ({ hosts, database }) =>
      `postgres://${hosts.map(showHost).join(',')}${database === null ? '' : `/${encodeURIComponent(database)}`}`,
    () => 'postgres://…',
  );

const showHost = ({ host, port }: Host): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;
