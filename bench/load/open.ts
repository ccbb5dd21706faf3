import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { OpenLoadResult, OpenPlan } from './plan.ts';
import { bytesOf } from './request.ts';
import { responseLength, statusOf } from './response.ts';

/**
 * Sends each request at its own time, whether earlier ones have their responses or not, and prints the result. A latency
 * counts from the time when the request was due, so that a server that is slow cannot slow down its own load.
 */

const plan: OpenPlan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const requests = plan.requests.map((request) => bytesOf(plan, request));
const statuses: Record<string, number> = {};

type Connection = { send(bytes: Buffer, onResponse: (status: string) => void): void };

const fail = (reason: string): never => {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
};

const connect = async (): Promise<Connection> => {
  let rest: Buffer | null = null;
  let answer: (status: string) => void = () => {};
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: plan.port,
    socket: {
      data: (_socket, chunk) => {
        const bytes = rest === null ? chunk : Buffer.concat([rest, chunk]);
        const length = responseLength(bytes);
        if (length === null || bytes.length < length) {
          rest = Buffer.from(bytes);
          return;
        }
        rest = null;
        answer(statusOf(bytes));
      },
      close: () => fail('a connection was closed'),
      error: () => fail('a connection failed'),
    },
  });
  const send: Connection['send'] = (bytes, onResponse) => {
    answer = onResponse;
    if (socket.write(bytes) !== bytes.length) fail('a request was not written completely');
  };
  // A server closes a connection that sends nothing for some seconds after it was opened.
  const hello = Buffer.from(`GET /health/live HTTP/1.1\r\nhost: localhost:${plan.port}\r\n\r\n`);
  await new Promise<string>((resolve) => send(hello, resolve));
  return { send };
};

const free: Connection[] = [];
for (let opened = 0; opened < plan.connections; opened += 100)
  free.push(...(await Promise.all(Array.from({ length: 100 }, connect))));

type Sent = { readonly dueMs: number; readonly delayMs: number; endMs: number };

/** Sends `count` requests from number `first` on, `plan.perSecond` of them a second. */
const send = async (first: number, count: number) => {
  const sent: Sent[] = [];
  const startMs = performance.now();
  let open = 0;
  let openMax = 0;
  await new Promise<void>((resolve) => {
    let answered = 0;
    const sendDue = () => {
      const due = Math.min(count, Math.floor(((performance.now() - startMs) * plan.perSecond) / 1_000));
      while (sent.length < due) {
        const index = first + sent.length;
        const connection = free.pop() ?? fail('all connections are in use');
        const entry: Sent = {
          dueMs: startMs + (sent.length * 1_000) / plan.perSecond,
          delayMs: plan.requests[index]?.delayMs ?? 0,
          endMs: 0,
        };
        sent.push(entry);
        openMax = Math.max(openMax, ++open);
        connection.send(requests[index] ?? fail('a request is missing'), (status) => {
          entry.endMs = performance.now();
          statuses[status] = (statuses[status] ?? 0) + 1;
          open--;
          free.push(connection);
          if (++answered === count) resolve();
        });
      }
      if (sent.length < count) setTimeout(sendDue, 1);
    };
    sendDue();
  });
  return { sent, startMs, openMax };
};

await send(0, plan.warmUp);
process.stdout.write('warm\n');
await new Promise((resolve) => process.stdin.once('data', resolve));

const usedBefore = process.cpuUsage();
const { sent, startMs, openMax } = await send(plan.warmUp, plan.measured);
const used = process.cpuUsage(usedBefore);

/** From the time when responses come as often as requests, to the last request. */
const fromMs = startMs + plan.delayMaxMs;
const toMs = startMs + (plan.measured * 1_000) / plan.perSecond;
const inWindow = sent.filter(({ endMs }) => endMs >= fromMs && endMs < toMs).length;
const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? 0;
const delayOf = (entry: Sent) => (plan.isInstant ? 0 : entry.delayMs);
const own = sent.map((entry) => entry.endMs - entry.dueMs - delayOf(entry));
const result: OpenLoadResult = {
  statuses,
  perSecond: (inWindow * 1_000) / (toMs - fromMs),
  openMax,
  p99Ms: percentile(
    sent.map(({ endMs, dueMs }) => endMs - dueMs),
    0.99,
  ),
  ownP50Ms: percentile(own, 0.5),
  ownP99Ms: percentile(own, 0.99),
  cpuSeconds: (used.user + used.system) / 1e6,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit();
