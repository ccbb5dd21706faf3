import { Buffer } from 'node:buffer';
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

/** What this process shows and tells pages. A process without pages reads no files. */
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

/** Reads what `web/build.ts` wrote into `dist`, and the pictures of the demo products. */
export const readPageFiles = async (
  production: boolean,
  { dist, images }: typeof folders = folders,
): Promise<PageFiles> => {
  const [manifest, assets, pictures] = await Promise.all([
    readManifest(join(dist, 'manifest.json')),
    readFiles(join(dist, 'assets')),
    readFiles(images),
  ]);
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

/** The files of a folder by their names. Compressed copies belong to their file. */
const readFiles = async (folder: string): Promise<ReadonlyMap<string, PageFile>> => {
  const names = await readdir(folder).catch((cause) => ignoreMissing<string[]>(cause, []));
  const known = new Set(names);
  const read = async (name: string) => {
    const bytes = new Uint8Array(await readFile(join(folder, name)));
    return Buffer.from(bytes.buffer);
  };
  const readCopy = async (name: string) => (known.has(name) ? { bytes: await read(name) } : null);
  const files = names.flatMap((name) => {
    const type = types[extname(name)];
    if (type === undefined) return [];
    const load = async (): Promise<[string, PageFile]> => {
      const [bytes, br, gzip] = await Promise.all([
        read(name),
        readCopy(`${name}.br`),
        readCopy(`${name}.gz`),
      ]);
      const encoded = { ...(br && { br: br.bytes }), ...(gzip && { gzip: gzip.bytes }) };
      return [name, { type, bytes, entityTag: entityTagOf(bytes), encoded }];
    };
    return [load()];
  });
  return new Map(await Promise.all(files));
};
