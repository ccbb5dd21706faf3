import { expect, test } from 'bun:test';
import { createLog } from '../../server/log.ts';

const clock = { nowMs: () => Date.UTC(2026, 2, 1, 8, 30, 15, 250) };

const linesOf = (options: Parameters<typeof createLog>[2]) => {
  const lines: string[] = [];
  return { log: createLog((line) => lines.push(line), clock, options), lines };
};

test('each level writes itself and what is graver', () => {
  const written = (['debug', 'info', 'warn', 'error', 'silent'] as const).map((level) => {
    const { log, lines } = linesOf({ level, readable: false });
    for (const say of [log.debug, log.info, log.warn, log.error]) say('said');
    return lines.length;
  });
  expect(written).toEqual([4, 3, 2, 1, 0]);
});

test('a line for machines is one line of JSON, with the stacks of errors and their causes', () => {
  const { log, lines } = linesOf({ level: 'info', readable: false });
  const cause = new Error('outer\nerror', { cause: new Error('inner') });
  log.error('it broke', { taskId: 'a', count: 12n, cause });
  expect(lines).toEqual([expect.stringMatching(/^[^\n]+\n$/)]);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '2026-03-01T08:30:15.250Z',
    level: 'error',
    message: 'it broke',
    taskId: 'a',
    count: '12',
    cause: {
      name: 'Error',
      message: 'outer\nerror',
      stack: expect.stringContaining('log.test.ts'),
      cause: { name: 'Error', message: 'inner', stack: expect.any(String) },
    },
  });
});

test('no fact takes the place of the message', () => {
  const { log, lines } = linesOf({ level: 'info', readable: false });
  log.warn('said', { message: 'forged', level: 'debug' });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'said', level: 'warn' });
});

test('a line for people has its facts behind it and stacks below it', () => {
  const { log, lines } = linesOf({ level: 'info', readable: true });
  log.info('stopping', { signal: 'SIGINT' });
  log.error('it broke', { cause: new Error('why'), taskId: 'a' });
  expect(lines[0]).toMatch(/^08:30:15\.250 info {2}stopping signal="SIGINT"\n$/);
  expect(lines[1]).toMatch(/^[\d:.]+ error it broke taskId="a"\nError: why\n +at .*log\.test\.ts/);
});
