import { expect, test } from 'bun:test';
import { openClient } from '../../adapters/sqlite/connection.ts';
import { watchSlowStatements } from '../../adapters/sqlite/slowStatements.ts';
import { createCountedLog } from '../../core/countedLog.ts';
import { createSlowStatements } from '../../server/slowStatements.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

test('A slow statement of SQLite is reported with its text and without its values, and others are not', async () => {
  const world = createTestWorld();
  const timer = createManualTimer(world);
  const lines: unknown[] = [];
  const write = (message: string, facts: object = {}) => lines.push([message, { ...facts }]);
  const slow = createSlowStatements(createCountedLog({ warn: write, error: write }, timer), {
    slowMs: 1_000,
  });
  const client = openClient({ path: ':memory:' });
  watchSlowStatements(client, slow, world.clock);
  client.function('wait', (ms) => world.clock.set(world.clock.nowMs() + Number(ms)));
  const statement = client.prepare('select\n  wait(?), ?');
  statement.get(999, 'lan@example.com');
  expect(lines).toEqual([]);
  for (let index = 0; index < 3; index++) statement.all(1_000, 'lan@example.com');
  const facts = { ms: 1_000, statement: 'select wait(?), ?' };
  expect(lines).toEqual([['slow statement', facts]]);
  await timer.advance(60_000);
  expect(lines.slice(1)).toEqual([['slow statement', { ...facts, count: 2 }]]);
  client.close();
});
