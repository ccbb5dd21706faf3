import { expect, test } from 'bun:test';
import { refuseRuntime } from '../../server/runtime.ts';

test('Bun and Deno run the program from their first supported version on', () => {
  for (const bun of ['1.4.5', '1.4.10', '1.10.0', '2.0.0-canary.1'])
    expect(refuseRuntime({ bun })).toBeNull();
  for (const deno of ['2.9.0', '2.10.1', '3.0.0']) expect(refuseRuntime({ deno, node: '24.0.0' })).toBeNull();
});

test('An older version, and Node, are refused with what to do', () => {
  expect(refuseRuntime({ bun: '1.4.4' })).toBe('it needs Bun 1.4.5 or newer, and this is 1.4.4: bun upgrade');
  expect(refuseRuntime({ bun: '1.3.99' })).toContain('bun upgrade');
  expect(refuseRuntime({ deno: '2.8.3', node: '24.0.0' })).toContain('deno upgrade');
  expect(refuseRuntime({ node: '24.1.0' })).toContain('npx --yes bun@1.4.5 run start');
});

test('The version of Bun is the one that the README names', async () => {
  const readme = await Bun.file(new URL('../../README.md', import.meta.url)).text();
  expect(refuseRuntime({ node: '' })).toContain(
    /`(npx --yes bun@[\d.]+ run start)`/.exec(readme)?.[1] ?? '-',
  );
});
