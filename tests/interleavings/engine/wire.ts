/** PostgreSQL's protocol, version 3, as far as a proxy has to know it (https://www.postgresql.org/docs/18/protocol.html). */

/** Bytes that a client sends and that the server answers as one: up to a `Sync`, or a simple query. */
export type ClientUnit = {
  readonly bytes: Buffer;
  /**
   * `step`: a statement. `silent`: nothing that the server answers with `ReadyForQuery`: the startup, a `Describe` with a
   * `Flush`, the end.
   */
  readonly kind: 'step' | 'silent';
  /** The statement; empty if it is not known. */
  readonly text: string;
};

const letter = (name: string): number => name.charCodeAt(0);
const [parse, bind, simpleQuery, sync, flush, terminate] = ['P', 'B', 'Q', 'S', 'H', 'X'].map(letter);

/** Cuts what a client sends into units. Prepared statements are known by the names that the client gave them. */
export const createClientReader = () => {
  const texts = new Map<string, string>();
  let rest: Buffer = Buffer.alloc(0);
  let pending: Buffer[] = [];
  let text = '';
  let hasStarted = false;

  const unit = (kind: ClientUnit['kind']): ClientUnit => {
    const made = { bytes: Buffer.concat(pending), kind, text };
    pending = [];
    if (kind === 'step') text = '';
    return made;
  };
  const read = (message: Buffer): ClientUnit | null => {
    pending.push(message);
    const type = message[0];
    const body = message.subarray(5);
    if (type === simpleQuery) text = textUpToZero(body);
    if (type === parse) {
      const name = textUpToZero(body);
      text = textUpToZero(body.subarray(Buffer.byteLength(name) + 1));
      texts.set(name, text);
    }
    if (type === bind) {
      const portal = textUpToZero(body);
      text = texts.get(textUpToZero(body.subarray(Buffer.byteLength(portal) + 1))) ?? text;
    }
    if (type === simpleQuery || type === sync) return unit('step');
    return type === flush || type === terminate ? unit('silent') : null;
  };

  return (chunk: Buffer): readonly ClientUnit[] => {
    const units: ClientUnit[] = [];
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (bytes.length >= 5) {
      // The startup message has no type.
      const length = hasStarted ? 1 + bytes.readInt32BE(1) : bytes.readInt32BE(0);
      if (bytes.length < length) break;
      const message = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      if (hasStarted) {
        const made = read(message);
        if (made !== null) units.push(made);
      } else {
        hasStarted = true;
        units.push({ bytes: message, kind: 'silent', text: '' });
      }
    }
    rest = bytes;
    return units;
  };
};

const textUpToZero = (bytes: Buffer): string => bytes.toString('utf8', 0, bytes.indexOf(0));

/** What matters of a server's answer. */
export type ServerSign =
  | { readonly kind: 'ready'; readonly inTransaction: boolean }
  /** A statement is done. `rows`: how many it has changed or returned. */
  | { readonly kind: 'complete'; readonly rows: number }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  | { readonly kind: 'process'; readonly pid: number };

/** Finds the signs in what a server sends. */
export const createServerReader = () => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk: Buffer): readonly ServerSign[] => {
    const signs: ServerSign[] = [];
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (bytes.length >= 5) {
      const length = 1 + bytes.readInt32BE(1);
      if (bytes.length < length) break;
      const type = String.fromCharCode(bytes[0] ?? 0);
      if (type === 'Z') signs.push({ kind: 'ready', inTransaction: bytes[5] !== letter('I') });
      if (type === 'C')
        signs.push({ kind: 'complete', rows: rowsOf(textUpToZero(bytes.subarray(5, length))) });
      if (type === 'K') signs.push({ kind: 'process', pid: bytes.readInt32BE(5) });
      if (type === 'E') signs.push(errorOf(bytes.subarray(5, length)));
      bytes = bytes.subarray(length);
    }
    rest = bytes;
    return signs;
  };
};

/** `UPDATE 3`, `INSERT 0 3`, `COMMIT`. */
const rowsOf = (tag: string): number => Number(/\d+$/.exec(tag)?.[0] ?? 0);

const errorOf = (body: Buffer): ServerSign => {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .filter((field) => field !== '')
      .map((field) => [field[0], field.slice(1)]),
  );
  return { kind: 'error', code: fields.get('C') ?? '', message: fields.get('M') ?? '' };
};
