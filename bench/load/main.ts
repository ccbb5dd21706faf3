import { readFileSync } from 'node:fs';
import process from 'node:process';
import { answerLength, statusOf } from './answer.ts';
import type { LoadResult, Plan } from './plan.ts';

/**
 * Sends a plan's requests over connections that are kept open, one request at a time on each, and says what
 * came back. It shares the processors with whom it asks, so it does as little as it can: requests are bytes
 * before it begins, answers are read no further than to their length.
 */

const plan: Plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));

const bytesOf = ({ headers, body }: Plan['requests'][number]): Buffer => {
  const bytes = Buffer.from(body);
  const all = {
    host: `localhost:${plan.port}`,
    ...plan.headers,
    ...headers,
    'content-length': String(bytes.length),
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${plan.path} HTTP/1.1\r\n${head.join('')}\r\n`), bytes]);
};

const requests = plan.requests.map(bytesOf);
const statuses: Record<string, number> = {};

/** Sends `count` requests, from the `first` on, and resolves when all are answered: with the time each took. */
const send = async (first: number, count: number): Promise<Float64Array> => {
  const times = new Float64Array(count);
  let next = 0;
  let open = plan.connections;
  await new Promise<void>((resolve, reject) => {
    for (const { socket, slot } of connections) {
      slot.ask = () => {
        if (next === count) {
          open--;
          if (open === 0) resolve();
          return;
        }
        const index = next++;
        slot.began = performance.now();
        slot.onAnswer = (status) => {
          times[index] = performance.now() - slot.began;
          statuses[status] = (statuses[status] ?? 0) + 1;
          slot.ask();
        };
        slot.onEnd = () => reject(new Error('a connection was closed'));
        const bytes = requests[(first + index) % requests.length];
        if (bytes === undefined || socket.write(bytes) !== bytes.length)
          reject(new Error('a request was not sent whole'));
      };
    }
    for (const { slot } of connections) slot.ask();
  });
  return times;
};

type Slot = {
  began: number;
  rest: Buffer | null;
  ask: () => void;
  onAnswer: (status: string) => void;
  onEnd: () => void;
};

const connect = async () => {
  const slot: Slot = { began: 0, rest: null, ask: () => {}, onAnswer: () => {}, onEnd: () => {} };
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: plan.port,
    socket: {
      data: (_socket, chunk) => {
        const bytes = slot.rest === null ? chunk : Buffer.concat([slot.rest, chunk]);
        const length = answerLength(bytes);
        if (length === null || bytes.length < length) {
          slot.rest = Buffer.from(bytes);
          return;
        }
        slot.rest = null;
        slot.onAnswer(statusOf(bytes));
      },
      close: () => slot.onEnd(),
      error: () => slot.onEnd(),
    },
  });
  return { socket, slot };
};

const connections = await Promise.all(Array.from({ length: plan.connections }, connect));

await send(0, plan.warmUp);
process.stdout.write('warm\n');
// Whoever started us reads its counters now, and says when to go on.
await new Promise((resolve) => process.stdin.once('data', resolve));

const usedBefore = process.cpuUsage();
const beganMs = performance.now();
const times = await send(plan.warmUp, plan.measured);
const seconds = (performance.now() - beganMs) / 1_000;
const used = process.cpuUsage(usedBefore);
times.sort();
const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
const result: LoadResult = {
  statuses,
  seconds,
  p50Ms: at(0.5),
  p99Ms: at(0.99),
  cpuSeconds: (used.user + used.system) / 1e6,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit();
