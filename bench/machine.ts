import { readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { type Postgres, settings } from './postgres.ts';

/** What the figures were measured on and with. */
export const surroundings = async (server: Promise<Postgres> | undefined) => ({
  at: new Date().toISOString(),
  machine: {
    processors: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
  },
  versions: {
    bun: Bun.version,
    postgresServer:
      server === undefined ? null : String((await (await server).run('select version()'))[0]?.version),
    ...versionsIn('../package.json'),
    ...versionsIn('package.json'),
  },
  postgresSettings: server === undefined ? null : settings,
});

const versionsIn = (file: string): Record<string, string> => {
  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'));
  return dependencies;
};
