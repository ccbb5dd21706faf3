import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { guards } from './run/guardList.ts';

const root = join(import.meta.dirname, '..', '..');

/** `bun run test:guards` takes them out one by one, which takes long; that each is still where it was does not. */
test.each(guards.flatMap(({ name, places }) => places.map((place) => [name, place] as const)))(
  '%s can be taken out',
  (_, { file, find }) => {
    const parts = readFileSync(join(root, file), 'utf8').split(find);
    expect(parts).toHaveLength(2);
  },
);
