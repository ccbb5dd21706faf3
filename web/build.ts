import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/**
 * Builds the pages: `bun web/build.ts`, or with `--if-stale` only where the sources have changed since the last build.
 * It writes `web/dist/assets`, with a hash in each name and compressed copies beside each file, and `manifest.json`,
 * which says what each document loads. The server reads these files; it needs no bundler and runs on Deno too.
 * `--parts` adds the gallery of the parts, which is for development only.
 */

type Documents = Readonly<Record<string, string>>;

/** The script of each document. A document that needs a policy of its own is one of its own. */
const shop: Documents = { shop: 'shop/main.tsx', pay: 'shop/pay.tsx' };
const operators: Documents = { console: 'console/main.tsx' };
/** Every part in every state, at `/console/parts`, for those who build the pages. Only where it is asked for. */
const gallery: Documents = { parts: 'gallery/main.tsx' };
/** The documents of the shop share one file of styles, so that a browser has it after the first. */
const shopStyle = 'parts/style.css';
const consoleStyle = 'console/style.css';
const styleOf = (document: string): string => (document === 'console' ? consoleStyle : shopStyle);

const web = fileURLToPath(new URL('.', import.meta.url));

type Manifest = {
  /** A hash of all that the build reads. */
  readonly sources: string;
  readonly documents: Readonly<Record<string, DocumentFiles>>;
};
/** Names of files in `assets`. */
type DocumentFiles = {
  readonly script: string;
  readonly style: string;
  /** What the script imports at once, so that a browser can load it in parallel. */
  readonly preloads: readonly string[];
};

/** Old files stay for a day, for pages that a browser opened before the last build. */
const keepForMs = 24 * 3_600_000;

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

/** Returns false if there was nothing to do. */
export const buildPages = async (
  dist: string,
  { onlyIfStale, withParts = false }: { readonly onlyIfStale: boolean; readonly withParts?: boolean },
): Promise<boolean> => {
  const sources = hashSources();
  const manifestFile = join(dist, 'manifest.json');
  if (onlyIfStale && readSources(manifestFile) === sources) return false;

  const assets = join(dist, 'assets');
  mkdirSync(assets, { recursive: true });
  // Documents of two groups share no file: what both need would be a file of its own, and one request more.
  const groups = [shop, operators, ...(withParts ? [gallery] : [])];
  const files = new Map((await Promise.all(groups.map(bundle))).flatMap((each) => [...each]));
  await Promise.all([...files].map(([name, bytes]) => writeAsset(assets, name, bytes)));
  const manifest: Manifest = { sources, documents: describeDocuments(Object.assign({}, ...groups), files) };
  writeWhole(manifestFile, Buffer.from(JSON.stringify(manifest, null, 2)));
  await removeOld(assets, new Set(files.keys()));
  return true;
};

/** The bundler's version is part of it: another one may write other files from the same sources. */
const hashSources = (): string => {
  const hash = createHash('sha256').update(Bun.version);
  hash.update(readFileSync(join(web, '..', 'bun.lock')));
  for (const file of readdirSync(web, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(web, file);
    if (file === 'dist' || file.startsWith('dist/') || statSync(path).isDirectory()) continue;
    hash.update(`\0${file}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
};

const readSources = (manifestFile: string): string | null => {
  if (!existsSync(manifestFile)) return null;
  const { sources }: Manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  return sources;
};

/** The bytes of each file by its name. */
const bundle = async (sourceOf: Documents): Promise<ReadonlyMap<string, Uint8Array>> => {
  const result = await Bun.build({
    entrypoints: [...Object.values(sourceOf), ...new Set(Object.keys(sourceOf).map(styleOf))].map((file) =>
      join(web, file),
    ),
    root: web,
    target: 'browser',
    minify: true,
    // Otherwise each element carries where in the sources it came from.
    jsx: { runtime: 'automatic', importSource: 'preact', development: false },
    splitting: true,
    publicPath: '/assets/',
    naming: { entry: '[dir]-[name]-[hash].[ext]', chunk: 'part-[hash].[ext]', asset: '[name]-[hash].[ext]' },
  });
  const files = result.outputs.map(
    async (output): Promise<[string, Uint8Array]> => [
      nameOf(output.path),
      new Uint8Array(await output.arrayBuffer()),
    ],
  );
  return new Map(await Promise.all(files));
};

const nameOf = (path: string): string => path.replace(/^\.\//, '');

const describeDocuments = (
  sourceOf: Documents,
  files: ReadonlyMap<string, Uint8Array>,
): Manifest['documents'] =>
  Object.fromEntries(
    Object.entries(sourceOf).map(([document, source]) => {
      const script = findFile(files, source, 'js');
      return [
        document,
        { script, style: findFile(files, styleOf(document), 'css'), preloads: importsOf(files, script) },
      ];
    }),
  );

/** The file that the bundler made of `shop/main.tsx` is `shop-main-` and a hash. */
const findFile = (files: ReadonlyMap<string, Uint8Array>, source: string, extension: string): string => {
  const stem = source.replace('/', '-').replace(/\.\w+$/, '');
  const found = [...files.keys()].find(
    (name) => name.replace(/-\w+\.(\w+)$/, '.$1') === `${stem}.${extension}`,
  );
  if (found === undefined) throw new Error(`the bundler wrote no file for ${source}`);
  return found;
};

/** The files that a script imports at once, and those that they import. Not those that it imports when it needs them. */
const importsOf = (files: ReadonlyMap<string, Uint8Array>, script: string): readonly string[] => {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const code = new TextDecoder().decode(files.get(name));
    for (const [, file = ''] of code.matchAll(/(?:\bfrom|\bimport)\s*"\/assets\/([^"]+)"/g)) {
      if (found.has(file)) continue;
      found.add(file);
      visit(file);
    }
  };
  visit(script);
  return [...found];
};

const writeAsset = async (assets: string, name: string, bytes: Uint8Array): Promise<void> => {
  const [brotli, gzipped] = await Promise.all([
    compressBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    compressGzip(bytes, { level: 9 }),
  ]);
  writeWhole(join(assets, `${name}.br`), brotli);
  writeWhole(join(assets, `${name}.gz`), gzipped);
  writeWhole(join(assets, name), bytes);
};

/** A process that starts at the same time sees the whole file or none. */
const writeWhole = (file: string, bytes: Uint8Array): void => {
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, bytes);
  renameSync(draft, file);
};

const removeOld = async (assets: string, written: ReadonlySet<string>): Promise<void> => {
  for (const file of readdirSync(assets)) {
    if (written.has(file.replace(/\.(?:br|gz)$/, ''))) continue;
    const path = join(assets, file);
    // The draft of another build has its name only for a moment.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && Date.now() - found.mtimeMs > keepForMs) await rm(path, { force: true });
  }
};

if (import.meta.main) {
  const startedAt = performance.now();
  const onlyIfStale = process.argv.includes('--if-stale');
  const withParts = process.argv.includes('--parts');
  if (await buildPages(join(web, 'dist'), { onlyIfStale, withParts }))
    console.error(`The pages were built in ${Math.round(performance.now() - startedAt)} ms.`);
}
