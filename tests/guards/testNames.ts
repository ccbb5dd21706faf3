import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sourceRoot } from '../replacement.ts';
import type { CaughtByTest } from './guard.ts';

/** The beginnings of names that end with a value: templates, and those of `test.each`. */
const beginnings = /`([^`$\n]{8,})\$\{|'([^'%\n]{8,})%\w/g;

type Names = { readonly text: string; readonly starts: readonly string[] };

const readNames = (folder: string): Names => {
  const text = readdirSync(join(sourceRoot, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(sourceRoot, folder, name), 'utf8'))
    .join('\n')
    .replaceAll("\\'", "'");
  return { text, starts: [...text.matchAll(beginnings)].map(([, one, other]) => one ?? other ?? '') };
};

/** Creates a function that tells whether a test of that name stands in the folder of the file. */
export const createHasTest = (): ((caughtBy: CaughtByTest) => boolean) => {
  const known = new Map<string, Names>();
  return ({ file, pattern }) => {
    const folder = dirname(file);
    const names = known.get(folder) ?? readNames(folder);
    known.set(folder, names);
    return names.text.includes(pattern) || names.starts.some((start) => pattern.startsWith(start));
  };
};
