import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plugin } from 'bun';
import { mutants } from './mutants.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files without the guard, by path. Throws if there is no such mutant, or if its line is not there once. */
export const changedFiles = (name: string): ReadonlyMap<string, string> => {
  const found = mutants.find((mutant) => mutant.name === name);
  if (found === undefined) throw new Error(`there is no mutant ${name}: --mutant list names them`);
  const changed = new Map<string, string>();
  for (const { file, find, replace } of found.replacements) {
    const path = join(root, file);
    const source = changed.get(path) ?? readFileSync(path, 'utf8');
    const times = source.split(find).length - 1;
    if (times !== 1) throw new Error(`${JSON.stringify(find)} occurs ${times} times in ${file}, not once`);
    changed.set(
      path,
      source.replace(find, () => replace),
    );
  }
  return changed;
};

/** Takes a guard out of the files that are loaded from now on. */
export const plantMutant = (name: string): void => {
  const changed = changedFiles(name);
  plugin({
    name: 'mutant',
    setup: (build) => {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
        contents: changed.get(path) ?? readFileSync(path, 'utf8'),
        loader: 'ts',
      }));
    },
  });
};
