import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A package that the image has. */
export type ShippedPackage = {
  readonly name: string;
  readonly version: string;
  /** The SPDX expression that the package states. */
  readonly licence: string;
  /** Where its source is; null if it does not say. */
  readonly source: string | null;
  /** The hash of the archive in the registry, such as `sha512-…`. */
  readonly integrity: string;
  /** Whether package.json names it, in this version. */
  readonly direct: boolean;
  /** The packages that it needs, such as `jose@6.2.17`. */
  readonly needs: readonly string[];
};

type LockEntry = readonly [string, string, { readonly dependencies?: Record<string, string> }, string];

const top = fileURLToPath(new URL('..', import.meta.url));
const readJson = (path: string): Record<string, unknown> => JSON.parse(readFileSync(join(top, path), 'utf8'));

/** The lock file has commas at the end of lists, which JSON has not. */
const readLock = (): Readonly<Record<string, LockEntry>> =>
  JSON.parse(readFileSync(join(top, 'bun.lock'), 'utf8').replace(/,(\s*[}\]])/g, '$1')).packages;

/**
 * The packages that `bun install --production --omit=peer --omit=optional` installs, sorted by name: what package.json
 * names, and all that these need. Their own words are read from `node_modules`.
 */
export const listShippedPackages = (): readonly ShippedPackage[] => {
  const lock = readLock();
  const found = new Map<string, ShippedPackage>();
  /** A package that needs another version than the others has it in a folder of its own: `a/b` is `b` for `a`. */
  const find = (name: string, from: string): string => {
    const above = from.match(/(?:@[^/]+\/)?[^/]+/g) ?? [];
    for (let length = above.length; length >= 0; length--) {
      const key = [...above.slice(0, length), name].join('/');
      if (lock[key] !== undefined) return key;
    }
    throw new Error(`the lock file has no ${name}`);
  };
  const direct = Object.keys(Object(readJson('package.json').dependencies)).map((name) => find(name, ''));
  const follow = (key: string): void => {
    const entry = lock[key];
    if (entry === undefined || found.has(key)) return;
    const needs = Object.keys(entry[2].dependencies ?? {}).map((need) => find(need, key));
    const ids = needs.flatMap((need) => lock[need]?.[0] ?? []);
    found.set(key, { ...describe(key, entry), direct: direct.includes(key), needs: ids });
    for (const need of needs) follow(need);
  };
  for (const key of direct) follow(key);
  // Two helpers may each have their own copy of one version.
  const byId = new Map([...found.values()].reverse().map((shipped) => [idOf(shipped), shipped]));
  return [...byId.keys()].toSorted().flatMap((id) => byId.get(id) ?? []);
};

export const idOf = ({ name, version }: Pick<ShippedPackage, 'name' | 'version'>): string =>
  `${name}@${version}`;

const describe = (key: string, [id, , , integrity]: LockEntry): Omit<ShippedPackage, 'direct' | 'needs'> => {
  const at = id.lastIndexOf('@');
  const name = id.slice(0, at);
  const folders = key === name ? [name] : [`${key.slice(0, -name.length - 1)}/node_modules/${name}`, name];
  const folder = folders.map((path) => `node_modules/${path}`).find((path) => existsSync(join(top, path)));
  if (folder === undefined) throw new Error(`${name} is not installed: run bun install`);
  const { license, licenses, repository } = readJson(`${folder}/package.json`);
  return {
    name,
    version: id.slice(at + 1),
    licence: textOf(license, 'type') ?? textOf(licenses, 'type') ?? licencesByHand[name] ?? 'UNKNOWN',
    source: sourceOf(textOf(repository, 'url')),
    integrity,
  };
};

/** Of packages whose package.json states none: what their file LICENSE says. */
const licencesByHand: Readonly<Record<string, string>> = { 'png-js': 'MIT' };

/** A text, or the field of an object that has it, as old packages write. Of a list, the first counts. */
const textOf = (value: unknown, field: 'type' | 'url'): string | null => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return textOf(value[0], field);
  return typeof value === 'object' && value !== null ? textOf(Reflect.get(value, field), field) : null;
};

/** `git+https://github.com/a/b.git` and `a/b` are the page of the repository. */
const sourceOf = (text: string | null): string | null => {
  if (text === null) return null;
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(text)?.[1];
  if (short !== undefined) return `https://github.com/${short}`;
  const [, host, path] = /(?:@|\/\/)(?:[^@/]+@)?([\w.-]+)[/:]([\w./-]+?)(?:\.git)?$/.exec(text) ?? [];
  return host === undefined || path === undefined ? null : `https://${host}/${path}`;
};
