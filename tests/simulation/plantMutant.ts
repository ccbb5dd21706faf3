import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plugin } from 'bun';
import { changedFiles, sourceRoot } from '../replacement.ts';
import { mutants } from './mutants.ts';

/** Takes a guard out of the files that are loaded from now on. Throws if there is no such mutant. */
export const plantMutant = (name: string): void => {
  const found = mutants.find((mutant) => mutant.name === name);
  if (found === undefined) throw new Error(`there is no mutant ${name}: --mutant list names them`);
  const changed = new Map(
    [...changedFiles(found.replacements)].map(([file, source]) => [join(sourceRoot, file), source]),
  );
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
