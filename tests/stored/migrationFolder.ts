import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createScratchFolder } from '../processes/cleanup.ts';

/** A copy of the migrations of a database with more files in it. */
export const createMigrationFolder = (
  database: 'postgres' | 'sqlite',
  more: Readonly<Record<string, string>>,
): URL => {
  const folder = createScratchFolder('sql', { inMemory: true });
  cpSync(new URL(`../../sql/${database}`, import.meta.url), folder, { recursive: true });
  for (const [name, text] of Object.entries(more)) writeFileSync(join(folder, name), text);
  return pathToFileURL(`${folder}/`);
};
