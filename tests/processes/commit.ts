import { execFileSync } from 'node:child_process';

/** The commit of the sources that run, for the last line of a long run. */
export const currentCommit = (): string => {
  try {
    const git = (...args: readonly string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? ' (changed)' : ''}`;
  } catch {
    return 'an unknown commit';
  }
};
