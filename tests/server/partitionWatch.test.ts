import { expect, test } from 'bun:test';
import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../core/result.ts';
import { startPartitionWatch } from '../../server/partitionWatch.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

const missing = 'order_state has no partition for 2027-05 and later';
/** Everybody can read it, so it names no table. */
const warning = 'new orders of next month will be refused: run bun run partition as the owner of the tables';

test('A missing partition is said once, for as long as it is missing, and once when it is there', async () => {
  const world = createTestWorld();
  const timer = createManualTimer(world);
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const answers: Result<string | null, Unavailable>[] = [
    ...[ok(null), ok(missing), ok(missing)],
    err({ kind: 'unavailable', reason: 'down' }),
    ...[ok(missing), ok(null), ok(null)],
  ];
  let asked = 0;
  const watch = startPartitionWatch({
    store: { missingPartition: async () => answers[asked++] ?? ok(null) },
    ...{ clock: world.clock, timer },
    log: { error: write, info: write },
  });
  const warnings: (string | null)[] = [];
  for (const _ of answers) {
    await timer.advance(0);
    warnings.push(watch.warning());
    await timer.advance(60_000);
  }
  expect(warnings).toEqual([null, warning, warning, warning, warning, null, null]);
  expect(lines).toEqual([missing, 'the partition of the next month is there again']);
  watch.stop();
  const before = asked;
  await timer.advance(600_000);
  expect(asked).toBe(before);
});

test('A partition that cannot be read is said once, and the watch goes on', async () => {
  const world = createTestWorld();
  const timer = createManualTimer(world);
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const answers = [null, null, ok(missing)];
  let asked = 0;
  const watch = startPartitionWatch({
    store: {
      missingPartition: async () => {
        const answer = answers[asked++] ?? null;
        if (answer === null) throw new Error('order_state has no monthly partition');
        return answer;
      },
    },
    ...{ clock: world.clock, timer },
    log: { error: write, info: write },
  });
  await timer.advance(0);
  await timer.advance(60_000);
  expect([lines, watch.warning()]).toEqual([['the partitions cannot be read'], null]);
  await timer.advance(60_000);
  expect([lines.length, watch.warning()]).toEqual([2, warning]);
  watch.stop();
});
