import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { worksBesideOf } from '../../adapters/stored/migrations.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { git, needCommit, releaseCommit, releasedHashes, root, sqlHashes } from './release.ts';

const files = sqlHashes();
const released = releasedHashes();

describe('The SQL files of the release', () => {
  test('A released SQL file is never changed, renamed or removed', () => {
    const changed = [...released].filter(([path, hash]) => files.get(path) !== hash).map(([path]) => path);
    expect(changed).toEqual([]);
    expect(released.size).toBeGreaterThan(40);
  });

  test('A later SQL file comes after the released ones', () => {
    for (const folder of ['sql/postgres/', 'sql/sqlite/']) {
      const inFolder = (paths: Iterable<string>) =>
        [...paths].filter((path) => path.startsWith(folder)).sort();
      const last = inFolder(released.keys()).at(-1) ?? '';
      const later = inFolder(files.keys()).filter((path) => !released.has(path));
      expect(later.filter((path) => path <= last)).toEqual([]);
    }
  });

  test('A later SQL file says in its first line beside which release it works', () => {
    const later = [...files.keys()].filter((path) => !released.has(path));
    const silent = later.filter((path) => worksBesideOf(readFileSync(join(root, path), 'utf8')) === null);
    expect(silent).toEqual([]);
  });

  test('A clone has their bytes on every system, and those of the scripts of the image', () => {
    const paths = [...files.keys(), 'deploy/image/assemble.sh'];
    const ends = git('check-attr', 'eol', '--', ...paths)
      .trimEnd()
      .split('\n');
    expect(ends).toEqual(paths.map((path) => `${path}: eol: lf`));
  });

  test('The list of hashes is that of the commit, whose version the changelog has', () => {
    const commit = releaseCommit();
    needCommit(commit);
    expect(new Map(sqlHashes(commit))).toEqual(new Map(released));
    const { version } = JSON.parse(git('show', `${commit}:package.json`));
    const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
    expect(changelog).toMatch(
      new RegExp(`^## ${version.replaceAll('.', '\\.')} - \\d{4}-\\d\\d-\\d\\d$`, 'm'),
    );
    expect(changelog).toContain(`## ${packageJson.version} - `);
  });
});
