import { err, ok, type Result } from 'neverthrow';

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof sslModes)[number];

/** Of which kind the server must be. `any` takes the first that answers. */
type SessionTarget = 'any' | 'primary' | 'standby' | 'prefer-standby';

/** The parameters of a connection string, by the names of libpq. */
export type Parameters = {
  readonly hosts: readonly string[] | null;
  readonly ports: readonly string[];
  readonly user: string | null;
  readonly password: string | null;
  readonly database: string | null;
  /** Null where the URL says nothing. */
  readonly sslMode: SslMode | null;
  /** Paths of PEM files. `system` as the root is the runtime's own list of authorities. */
  readonly sslRootCert: string | null;
  readonly sslCert: string | null;
  readonly sslKey: string | null;
  readonly sslPassword: string | null;
  /** TLS from the first byte, as Postgres 17 knows it. */
  readonly sslDirect: boolean;
  readonly target: SessionTarget;
  readonly applicationName: string | null;
  /** Settings of the session, such as `-c search_path=shop`. */
  readonly options: string | null;
  readonly connectTimeoutS: number | null;
};

/** `read-write` and `read-only` of the driver look at a default only: the first takes a standby, the second hangs. */
const targets: Readonly<Record<string, SessionTarget>> = {
  any: 'any',
  'read-write': 'primary',
  primary: 'primary',
  standby: 'standby',
  'prefer-standby': 'prefer-standby',
};

/** Parameters of which one value is what happens here anyway. */
const fixed: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ['disable', 'prefer'],
  client_encoding: ['auto', 'utf8', 'UTF8', 'utf-8', 'UTF-8'],
  gssencmode: ['disable', 'prefer'],
  keepalives: ['1'],
  load_balance_hosts: ['disable'],
  sslcompression: ['0'],
  sslsni: ['1'],
};

/** Names that other programs use, and what to write instead. */
const advice: Readonly<Record<string, string>> = {
  schema: 'write options=-c%20search_path%3Dname',
  search_path: 'write options=-c%20search_path%3Dname',
  pgbouncer: 'set DATABASE_POOLING=transaction',
  connection_limit: 'set DATABASE_POOL_SIZE',
  pool_timeout: 'take it out',
  statement_timeout: 'write options=-c%20statement_timeout%3D5000',
};

const known = [
  ...[
    'host',
    'port',
    'user',
    'password',
    'dbname',
    'sslmode',
    'sslrootcert',
    'sslcert',
    'sslkey',
    'sslpassword',
  ],
  ...['sslnegotiation', 'target_session_attrs', 'application_name', 'options', 'connect_timeout'],
];

type Decode = (text: string) => Result<string, string>;

/** Reads the part after the `?`. A parameter that cannot be followed is refused by its name. */
export const readParameters = (query: string, decode: Decode): Result<Parameters, string> => {
  const values = new Map<string, string>();
  for (const pair of query.split('&').filter((one) => one !== '')) {
    const [name = '', ...rest] = pair.split('=');
    const value = decode(rest.join('='));
    if (value.isErr()) return err(value.error);
    if (!known.includes(name) && name !== 'ssl') {
      if (fixed[name]?.includes(value.value)) continue;
      return err(refuse(name));
    }
    values.set(name, value.value);
  }
  return parametersOf(values);
};

/** Shows only what looks like the name of a parameter: after a `?` in a password stands the rest of the password. */
const refuse = (name: string): string => {
  if (!/^[A-Za-z_]{1,40}$/.test(name)) return 'write %3F for a ? and %26 for a & of a user or password';
  const values = fixed[name];
  if (values !== undefined) return `${name} can only be ${values.join(' or ')}`;
  return `the parameter ${name} is not known: ${advice[name] ?? `take it out, or write one of ${known.join(', ')}`}`;
};

const parametersOf = (values: ReadonlyMap<string, string>): Result<Parameters, string> => {
  const textOf = (name: string) => values.get(name) || null;
  const sslMode = readSslMode(values.get('sslmode') ?? sslModeOf(values.get('ssl')));
  if (sslMode === undefined) return err(`sslmode: write one of ${sslModes.join(', ')}`);
  const sslRootCert = textOf('sslrootcert');
  // The authorities of the system sign certificates for anybody, so the name must be checked (libpq has the same rule).
  if (sslRootCert === 'system' && sslMode !== null && sslMode !== 'verify-full')
    return err('sslrootcert=system needs sslmode=verify-full, or no sslmode');
  const targetName = values.get('target_session_attrs') ?? 'any';
  const target = targets[targetName];
  if (targetName === 'read-only')
    return err('target_session_attrs=read-only would take a primary too: write standby or prefer-standby');
  if (target === undefined)
    return err(`target_session_attrs: write one of ${Object.keys(targets).join(', ')}`);
  const timeout = values.get('connect_timeout');
  if (timeout !== undefined && !/^\d{1,4}$/.test(timeout))
    return err('connect_timeout: write a number of seconds');
  const negotiation = values.get('sslnegotiation') ?? 'postgres';
  if (negotiation !== 'postgres' && negotiation !== 'direct')
    return err('sslnegotiation: write postgres or direct');
  const [sslCert, sslKey] = [textOf('sslcert'), textOf('sslkey')];
  if ((sslCert === null) !== (sslKey === null)) return err('sslcert and sslkey need each other: write both');
  return ok({
    hosts: values.get('host')?.split(',') ?? null,
    ports: values.get('port')?.split(',') ?? [],
    user: textOf('user'),
    password: textOf('password'),
    database: textOf('dbname'),
    sslMode: sslRootCert === 'system' ? 'verify-full' : sslMode,
    sslRootCert,
    sslCert,
    sslKey,
    sslPassword: textOf('sslpassword'),
    sslDirect: negotiation === 'direct',
    target,
    applicationName: textOf('application_name'),
    options: textOf('options'),
    connectTimeoutS: timeout === undefined ? null : Number(timeout),
  });
};

/** `ssl` is what other drivers of Node and Java write for `sslmode`. */
const sslModeOf = (ssl: string | undefined): string | undefined => {
  if (ssl === 'true' || ssl === '1') return 'verify-full';
  return ssl === 'false' || ssl === '0' ? 'disable' : ssl;
};

const readSslMode = (text: string | undefined): SslMode | null | undefined =>
  text === undefined ? null : sslModes.find((mode) => mode === text);
