import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createScratchFolder } from '../processes/cleanup.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const fileOf = (name: string): string => join(import.meta.dirname, name);

/** The files of this folder that `cut.ts` writes. */
export const releaseFile = fileOf('release.txt');
export const hashesFile = fileOf('releasedSql.txt');

/** The commit of the last release. */
export const releaseCommit = (): string => readFileSync(releaseFile, 'utf8').trim();

/** Runs git in the tree. Throws with what git says. */
export const git = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout;
};

const hasCommit = (commit: string): boolean =>
  spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root }).status === 0;

/** Fetches the rest of the history if this is a shallow checkout without that commit. */
export const needCommit = (commit: string): void => {
  if (hasCommit(commit)) return;
  const fetched = spawnSync('git', ['fetch', '--quiet', '--unshallow'], { cwd: root, encoding: 'utf8' });
  if (hasCommit(commit)) return;
  throw new Error(
    `this checkout lacks the commit of the release, ${commit}, and it could not be fetched: ` +
      `run git fetch --unshallow (${fetched.stderr.trim() || 'git fetched other commits'})`,
  );
};

/** The tree of the release with its packages, in a worktree. `remove` takes it away again. */
export const checkOutRelease = (): { readonly tree: string; readonly remove: () => void } => {
  const commit = releaseCommit();
  needCommit(commit);
  const tree = join(createScratchFolder('release'), 'tree');
  git('worktree', 'add', '--quiet', '--detach', tree, commit);
  const remove = () => {
    git('worktree', 'remove', '--force', tree);
  };
  const install = ['install', '--production', '--frozen-lockfile', '--silent'];
  const { status, stderr } = spawnSync(process.execPath, install, { cwd: tree, encoding: 'utf8' });
  if (status === 0) return { tree, remove };
  remove();
  throw new Error(`the packages of the release cannot be installed: ${stderr}`);
};

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The SQL files of the tree, or of a commit, by path: the hashes of what they contain. */
export const sqlHashes = (commit?: string): ReadonlyMap<string, string> => {
  const read = (path: string) =>
    commit === undefined ? readFileSync(join(root, path), 'utf8') : git('show', `${commit}:${path}`);
  const paths =
    commit === undefined
      ? ['sql/postgres', 'sql/sqlite'].flatMap((folder) =>
          readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
        )
      : git('ls-tree', '-r', '--name-only', commit, 'sql').trim().split('\n');
  return new Map(
    paths
      .filter((path) => path.endsWith('.sql'))
      .sort()
      .map((path) => [path, hashOf(read(path))]),
  );
};

/** The hashes that the release had. */
export const releasedHashes = (): ReadonlyMap<string, string> =>
  new Map(
    readFileSync(hashesFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => {
        const [hash = '', path = ''] = line.split('  ');
        return [path, hash];
      }),
  );
