import { expect, test } from 'bun:test';
import { createLog } from '../../server/log.ts';

const clock = { nowMs: () => Date.UTC(2026, 2, 1, 8, 30, 15, 250) };

const createRecordingLog = (options: Parameters<typeof createLog>[2]) => {
  const lines: string[] = [];
  return { log: createLog((line) => lines.push(line), clock, options), lines };
};

test('Each level writes its own lines and the more severe ones', () => {
  const written = (['debug', 'info', 'warn', 'error', 'silent'] as const).map((level) => {
    const { log, lines } = createRecordingLog({ level, readable: false });
    for (const write of [log.debug, log.info, log.warn, log.error]) write('an event');
    return lines.length;
  });
  expect(written).toEqual([4, 3, 2, 1, 0]);
});

test('A JSON line contains the stacks of errors and of their causes', () => {
  const { log, lines } = createRecordingLog({ level: 'info', readable: false });
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

test('A fact does not replace the message or the level', () => {
  const { log, lines } = createRecordingLog({ level: 'info', readable: false });
  log.warn('an event', { message: 'forged', level: 'debug' });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'an event', level: 'warn' });
});

test('A readable line ends with its facts, and stacks follow below it', () => {
  const { log, lines } = createRecordingLog({ level: 'info', readable: true });
  log.info('stopping', { signal: 'SIGINT' });
  log.error('it broke', { cause: new Error('why'), taskId: 'a' });
  expect(lines[0]).toMatch(/^08:30:15\.250 info {2}stopping signal="SIGINT"\n$/);
  expect(lines[1]).toMatch(/^[\d:.]+ error it broke taskId="a"\nError: why\n +at .*log\.test\.ts/);
});
