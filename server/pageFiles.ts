import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entityTagOf } from '../api/http/entityTag.ts';
import {
  type DocumentFiles,
  noPages,
  type PageFile,
  type PageFiles,
  type PageSettings,
} from '../api/http/pageFiles.ts';
import type { Config } from './config.ts';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const folderOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const folders = { dist: folderOf('../web/dist/'), images: folderOf('../demo/images/') };

/** Documents that only developers open. */
const developerDocuments = ['parts'];

/** The pages of this process, with the settings that they get. A process without pages reads no files. */
export const readPages = async ({
  role,
  production,
  shop,
  signInUrl,
  payment,
}: Pick<Config, 'role' | 'production' | 'shop' | 'signInUrl' | 'payment'>): Promise<PageSettings> => ({
  files: role === 'all' || role === 'read' ? await readPageFiles(production) : noPages.files,
  shopName: shop.name,
  signInUrl,
  payment: {
    provider: payment.kind,
    publishableKey: payment.kind === 'stripe' ? payment.publishableKey : null,
  },
});

/**
 * Reads what `web/build.ts` wrote into `dist`, and the pictures of the demo products. Another start may build the pages at
 * the same time. It writes the manifest last, so the manifest is read first, and then all files that it names are there.
 */
export const readPageFiles = async (
  production: boolean,
  { dist, images }: typeof folders = folders,
): Promise<PageFiles> => {
  const manifest = await readManifest(join(dist, 'manifest.json'));
  const [assets, pictures] = await Promise.all([readAssets(join(dist, 'assets')), listPictures(images)]);
  const documents = Object.entries(manifest?.documents ?? {}).filter(
    ([name]) => !production || !developerDocuments.includes(name),
  );
  return { documents: manifest === null ? null : new Map(documents), assets, images: pictures };
};

type Manifest = { readonly documents: Readonly<Record<string, DocumentFiles>> };

const readManifest = async (path: string): Promise<Manifest | null> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    return ignoreMissing(cause, null);
  }
};

const ignoreMissing = <T>(cause: unknown, fallback: T): T => {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return fallback;
  throw cause;
};

const listNames = (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((cause) => ignoreMissing<string[]>(cause, []));

/** The files of a folder by their names. Compressed copies belong to their file. A build removes those that are old. */
const readAssets = async (folder: string): Promise<ReadonlyMap<string, PageFile>> => {
  const names = await listNames(folder);
  const known = new Set(names);
  const files = names.filter((name) => types[extname(name)] !== undefined);
  const read = await Promise.all(
    files.map(async (name) => {
      const file = await readAsset(folder, name, known).catch((cause) => ignoreMissing(cause, null));
      return file === null ? [] : [[name, file] as const];
    }),
  );
  return new Map(read.flat());
};

const readAsset = async (folder: string, name: string, known: ReadonlySet<string>): Promise<PageFile> => {
  const readCopy = (copy: string) => (known.has(copy) ? readBytes(join(folder, copy)) : undefined);
  const [bytes, br, gzip] = await Promise.all([
    readBytes(join(folder, name)),
    readCopy(`${name}.br`),
    readCopy(`${name}.gz`),
  ]);
  return fileOf(name, bytes, { ...(br && { br }), ...(gzip && { gzip }) });
};

const listPictures = async (folder: string): Promise<PageFiles['images']> =>
  new Map(
    (await listNames(folder)).map((name) => {
      let file: Promise<PageFile> | null = null;
      const read = async () => fileOf(name, await readBytes(join(folder, name)));
      return [name, () => (file ??= read())];
    }),
  );

const fileOf = (
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  encoded: PageFile['encoded'] = {},
): PageFile => ({
  type: types[extname(name)] ?? 'application/octet-stream',
  bytes,
  entityTag: entityTagOf(bytes),
  encoded,
});

const readBytes = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(path));
