import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A text of the product, and what takes it out. */
export type Replacement = {
  readonly file: string;
  /** Occurs in the file as often as `times` says. */
  readonly find: string;
  readonly replace: string;
  /** 1 if it is left out. */
  readonly times?: number;
};

export const sourceRoot = fileURLToPath(new URL('..', import.meta.url));

/** The files of the program as they are after the replacements, by name. Throws if a text is not there. */
export const changedFiles = (
  replacements: readonly Replacement[],
  root: string = sourceRoot,
): ReadonlyMap<string, string> => {
  const changed = new Map<string, string>();
  for (const { file, find, replace, times = 1 } of replacements) {
    const source = changed.get(file) ?? readFileSync(join(root, file), 'utf8');
    const parts = source.split(find);
    if (parts.length !== times + 1)
      throw new Error(`${JSON.stringify(find)} occurs ${parts.length - 1} times in ${file}, not ${times}`);
    changed.set(file, parts.join(replace));
  }
  return changed;
};
