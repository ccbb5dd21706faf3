import { expect, test } from 'bun:test';
import { EventEmitter } from 'node:events';
import { onStopSignal } from '../../server/stopSignals.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

const start = () => {
  const timer = createManualTimer(createTestWorld());
  const emitter = new EventEmitter();
  const seen: string[] = [];
  const source = {
    on: (signal: string, listener: () => void) => emitter.on(signal, listener),
    exit: (code: number) => seen.push(`exit ${code}`),
  };
  onStopSignal(timer, (signal) => seen.push(signal), source);
  return { timer, seen, send: (signal: 'SIGINT' | 'SIGTERM') => emitter.emit(signal) };
};

test('A Ctrl-C that comes from the terminal and from `bun run` is one', async () => {
  const { seen, send, timer } = start();
  send('SIGINT');
  send('SIGINT');
  await timer.advance(200);
  send('SIGINT');
  expect(seen).toEqual(['SIGINT']);
});

test.each(['SIGINT', 'SIGTERM'] as const)('A second signal, %s, exits', async (second) => {
  const { seen, send, timer } = start();
  send('SIGTERM');
  await timer.advance(250);
  send(second);
  expect(seen).toEqual(['SIGTERM', 'exit 1']);
});
