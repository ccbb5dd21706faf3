import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type ArchivedRow, lineOf, type Month, rowOf } from '../core/archive.ts';
import { redact } from './redact.ts';

/** One file of a month: NDJSON in gzip, with its SHA-256 beside it in the form of `sha256sum`. */
export type ArchiveFile = { readonly path: string; readonly sha256: string; readonly rows: number };

/** The file is damaged, or is none of ours. */
export class WrongArchive extends Error {
  override readonly name = 'WrongArchive';
}

/**
 * Writes the rows to a file of the month, and reads it again before it gets its name. A file is never overwritten: a
 * month that got more rows later has several files. Returns the file that is there already if it has the same rows, as
 * after a run that was interrupted. Null if there are no rows.
 */
export const writeArchive = async (
  folder: string,
  month: Month,
  rows: AsyncIterable<ArchivedRow>,
): Promise<ArchiveFile | null> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `history-${month}.ndjson.gz.part`);
  let count = 0;
  const lines = async function* () {
    for await (const row of rows) {
      count++;
      yield `${lineOf(withoutAddresses(row))}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createGzip(), createWriteStream(draft, { mode: 0o600 }));
  await flush(draft);
  const sha256 = await sha256Of(draft);
  if ((await countLines(draft)) !== count) throw new WrongArchive(`${draft} lacks rows: is the disk full?`);
  const path = await freeName(folder, month, sha256);
  if (count === 0 || path === null) await rm(draft);
  if (count === 0) return null;
  if (path === null) return { path: await nameWith(folder, month, sha256), sha256, rows: count };
  await writeFile(`${path}.sha256`, `${sha256}  ${basename(path)}\n`, { mode: 0o600 });
  await flush(`${path}.sha256`);
  await rename(draft, path);
  await flush(folder);
  return { path, sha256, rows: count };
};

/** An error in the history may name an address, and a file outlives the erasure of a customer. */
const withoutAddresses = (row: ArchivedRow): ArchivedRow =>
  row.table === 'order_state' && row.detail !== null ? { ...row, detail: redact(row.detail) } : row;

/** Rows are only deleted once the file is on the disk. */
const flush = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
};

const linesOf = async function* (path: string): AsyncGenerator<string> {
  const input = createReadStream(path);
  const unpacked = createGunzip();
  input.on('error', (cause) => unpacked.destroy(cause));
  yield* createInterface({ input: input.pipe(unpacked), crlfDelay: Number.POSITIVE_INFINITY });
};

const countLines = async (path: string): Promise<number> => {
  let count = 0;
  for await (const _ of linesOf(path)) count++;
  return count;
};

const nameOf = (folder: string, month: Month, part: number): string =>
  join(folder, `history-${month}${part === 1 ? '' : `.${part}`}.ndjson.gz`);

const partsOf = async (folder: string, month: Month): Promise<readonly (readonly [string, string])[]> => {
  const parts: (readonly [string, string])[] = [];
  for (let part = 1; existsSync(nameOf(folder, month, part)); part++) {
    const path = nameOf(folder, month, part);
    parts.push([path, await sha256Of(path)]);
  }
  return parts;
};

/** Null if a file of the month has the same bytes. */
const freeName = async (folder: string, month: Month, sha256: string): Promise<string | null> => {
  const parts = await partsOf(folder, month);
  return parts.some(([, other]) => other === sha256) ? null : nameOf(folder, month, parts.length + 1);
};

const nameWith = async (folder: string, month: Month, sha256: string): Promise<string> =>
  (await partsOf(folder, month)).find(([, other]) => other === sha256)?.[0] ?? '';

/** Throws `WrongArchive` if the file is not the one that its checksum was made of. */
export const checkArchive = async (path: string): Promise<void> => {
  if (!existsSync(path)) throw new WrongArchive(`there is no file ${path}`);
  const [expected = ''] = (await readFile(`${path}.sha256`, 'utf8').catch(() => '')).split(/\s/);
  if (expected === '')
    throw new WrongArchive(
      `there is no ${basename(path)}.sha256 in ${dirname(path)}, so it cannot be checked`,
    );
  if ((await sha256Of(path)) !== expected)
    throw new WrongArchive(`${path} is damaged: its SHA-256 is not that of ${basename(path)}.sha256`);
};

/** The rows of a file, up to `size` at a time. Each slice has rows of one table. */
export const readSlices = async function* (
  path: string,
  size: number,
): AsyncGenerator<readonly ArchivedRow[]> {
  let slice: ArchivedRow[] = [];
  for await (const line of linesOf(path)) {
    const row = rowOf(line);
    if (slice.length === size || (slice[0] !== undefined && slice[0].table !== row.table)) {
      yield slice;
      slice = [];
    }
    slice.push(row);
  }
  if (slice.length > 0) yield slice;
};
