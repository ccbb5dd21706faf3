import { expect, test } from 'bun:test';
import { createLineWriter } from '../../server/logWriter.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

const createFixture = () => {
  const writes: string[] = [];
  const timer = createManualTimer(createTestWorld());
  const { write, flush } = createLineWriter((text) => writes.push(text), timer);
  return { writes, timer, write, flush };
};

test('Lines that can wait share one write', async () => {
  const { writes, timer, write } = createFixture();
  write('a\n', { canWait: true });
  write('b\n', { canWait: true });
  expect(writes).toEqual([]);
  await timer.advance(100);
  expect(writes).toEqual(['a\nb\n']);
});

test('A line that cannot wait is written at once, after the lines before it', async () => {
  const { writes, timer, write } = createFixture();
  write('a\n', { canWait: true });
  write('b\n', { canWait: false });
  expect(writes).toEqual(['a\nb\n']);
  await timer.advance(1_000);
  expect(writes).toHaveLength(1);
});

test('Many lines do not wait for the timer, and a flush leaves nothing', () => {
  const { writes, write, flush } = createFixture();
  for (let index = 0; index < 400; index++) write(`${'x'.repeat(99)}\n`, { canWait: true });
  expect(writes).toHaveLength(1);
  flush();
  expect(writes.join('')).toHaveLength(40_000);
  flush();
  expect(writes).toHaveLength(2);
});
