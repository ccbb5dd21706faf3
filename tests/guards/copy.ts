import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createScratchFolder } from '../processes/cleanup.ts';
import { changedFiles, type Replacement, sourceRoot } from '../replacement.ts';

const isCopied = (name: string) => !/^(\.|node_modules$|data$|bench$)/.test(name);

/** A copy of the program, from which guards are taken out one after the other. */
export type Copy = {
  readonly root: string;
  /** Runs `work` without the guard, and puts it back. */
  without<T>(replacements: readonly Replacement[], work: () => Promise<T>): Promise<T>;
};

/** Creates a copy. It is removed when this process ends. */
export const createCopy = (): Copy => {
  const root = createScratchFolder('guards', { inMemory: true });
  for (const name of readdirSync(sourceRoot).filter(isCopied))
    cpSync(join(sourceRoot, name), join(root, name), { recursive: true });
  symlinkSync(join(sourceRoot, 'node_modules'), join(root, 'node_modules'));
  return {
    root,
    without: async (replacements, work) => {
      const changed = changedFiles(replacements, root);
      const before = [...changed.keys()].map((file) => [file, readFileSync(join(root, file))] as const);
      try {
        for (const [file, source] of changed) writeFileSync(join(root, file), source);
        return await work();
      } finally {
        for (const [file, source] of before) writeFileSync(join(root, file), source);
      }
    },
  };
};
