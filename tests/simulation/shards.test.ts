import { describe, expect, test } from 'bun:test';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { addTally, noTally, progressLine } from './tally.ts';

const program = fileURLToPath(new URL('run.ts', import.meta.url));

/** The last line of a run: what it ran, but not how fast. */
const ranBy = (...args: readonly string[]) => {
  const { stdout, status } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  const [, histories, from, events] = /^(\d+) histories (.+) broken; (\d+) events each/m.exec(stdout) ?? [];
  return { status, histories, from, events };
};

describe('A run of many seeds', () => {
  test('Shards run the same histories as one process', () => {
    const alone = ranBy('--seed', '5', '--count', '9');
    expect(alone).toMatchObject({ status: 0, histories: '9' });
    expect(ranBy('--seed', '5', '--count', '9', '--shards', '2')).toEqual(alone);
  });

  test('A mutant is planted in each shard', () => {
    const planted = ['--mutant', 'the id of a refund at the provider', '--shrink-runs', '0'];
    expect(ranBy(...planted, '--count', '40', '--shards', '2').status).toBe(1);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('After %s it says what it has done', async (signal) => {
    const child = spawn(process.execPath, [program, '--count', '1000000', '--shards', '2'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // The output may end before the process does.
    const exited = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      if (lines.length === 0) child.kill(signal);
      // A slow machine says how far it is in between.
      if (!line.startsWith('after ')) lines.push(line);
    }
    expect(lines[0]).toStartWith('running 1000000 seeds from seed 1 at ');
    expect(lines[1]).toMatch(/^\d+ histories from seed 1 at .+ over memory: 0 broken; \d+ events each/);
    expect(lines[2]).toBe('stopped by a signal');
    expect(await exited).toEqual([1, null]);
  });

  test('A line of progress has the seeds, the rate and the broken ones', () => {
    const part = { histories: 300, events: 1, broken: 1, processorUs: 1, lines: ['seed 1: broken'] };
    const sum = addTally(addTally(noTally, part), part);
    expect(progressLine(sum, 5_000, 2_000)).toBe(
      'after 2 s: 600 of 5000 seeds, 300.0 a second, 2 broken so far',
    );
  });
});
