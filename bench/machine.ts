import { readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { type Postgres, settings } from './postgres.ts';

/** The machine, versions and settings of a measurement. */
export const describeEnvironment = async (server: Promise<Postgres> | undefined) => ({
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
    ...readVersions('../package.json'),
    ...readVersions('package.json'),
  },
  postgresSettings: server === undefined ? null : settings,
});

const readVersions = (file: string): Record<string, string> => {
  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'));
  return dependencies;
};
