import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { LoadResult, Plan } from './plan.ts';
import { bytesOf } from './request.ts';
import { responseLength, statusOf } from './response.ts';

/**
 * Sends a plan's requests over open connections, one request at a time on each, and prints the result. It shares
 * the processors with the server, so it does little work: it builds the bytes of all requests before it starts, and
 * reads only the status and the length of responses.
 */

const plan: Plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));

const requests = plan.requests.map((request) => bytesOf(plan, request));
const statuses: Record<string, number> = {};

/** Sends `count` requests, beginning with number `first`. Resolves with the latency of each, in ms. */
const send = async (first: number, count: number): Promise<Float64Array> => {
  const times = new Float64Array(count);
  let next = 0;
  let open = plan.connections;
  await new Promise<void>((resolve, reject) => {
    for (const { socket, slot } of connections) {
      slot.sendNext = () => {
        if (next === count) {
          open--;
          if (open === 0) resolve();
          return;
        }
        const index = next++;
        slot.startMs = performance.now();
        slot.onResponse = (status) => {
          times[index] = performance.now() - slot.startMs;
          statuses[status] = (statuses[status] ?? 0) + 1;
          slot.sendNext();
        };
        slot.onEnd = () => reject(new Error('a connection was closed'));
        const bytes = requests[(first + index) % requests.length];
        if (bytes === undefined || socket.write(bytes) !== bytes.length)
          reject(new Error('a request was not written completely'));
      };
    }
    for (const { slot } of connections) slot.sendNext();
  });
  return times;
};

type Slot = {
  startMs: number;
  rest: Buffer | null;
  sendNext: () => void;
  onResponse: (status: string) => void;
  onEnd: () => void;
};

const connect = async () => {
  const slot: Slot = { startMs: 0, rest: null, sendNext: () => {}, onResponse: () => {}, onEnd: () => {} };
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: plan.port,
    socket: {
      data: (_socket, chunk) => {
        const bytes = slot.rest === null ? chunk : Buffer.concat([slot.rest, chunk]);
        const length = responseLength(bytes);
        if (length === null || bytes.length < length) {
          slot.rest = Buffer.from(bytes);
          return;
        }
        slot.rest = null;
        slot.onResponse(statusOf(bytes));
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
// The parent process reads its counters now, and then writes to our standard input.
await new Promise((resolve) => process.stdin.once('data', resolve));

const usedBefore = process.cpuUsage();
const startMs = performance.now();
const times = await send(plan.warmUp, plan.measured);
const seconds = (performance.now() - startMs) / 1_000;
const used = process.cpuUsage(usedBefore);
times.sort();
const percentile = (share: number): number =>
  times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const result: LoadResult = {
  statuses,
  seconds,
  p50Ms: percentile(0.5),
  p99Ms: percentile(0.99),
  cpuSeconds: (used.user + used.system) / 1e6,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit();
