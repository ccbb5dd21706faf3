import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { guards } from './run/guardList.ts';
import { testedGuards } from './run/testedGuards.ts';

const root = join(import.meta.dirname, '..', '..');

/** `bun run test:guards` removes them one by one, which takes long. This fast test finds outdated search texts. */
test.each(
  [...guards, ...testedGuards].flatMap(({ name, replacements }) =>
    replacements.map((replacement) => [name, replacement] as const),
  ),
)('The text of the guard “%s” occurs exactly once in its file', (_, { file, find }) => {
  const parts = readFileSync(join(root, file), 'utf8').split(find);
  expect(parts).toHaveLength(2);
});
