import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../docs/adr/', import.meta.url));
const records = readdirSync(folder).map((name) => ({
  name,
  lines: readFileSync(`${folder}${name}`, 'utf8').trimEnd().split('\n'),
}));

test('A decision record has at most 30 lines', () => {
  const long = records.filter(({ lines }) => lines.length > 30);
  expect(long.map(({ name, lines }) => `${name}: ${lines.length}`)).toEqual([]);
});

test('Each part of a decision record begins after a blank line', () => {
  const joined = records.flatMap(({ name, lines }) =>
    lines
      .filter((line, at) => /^\*\S/.test(line) && (lines[at - 1] ?? '') !== '')
      .map((line) => `${name}: ${line}`),
  );
  expect(joined).toEqual([]);
});
