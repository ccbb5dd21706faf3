import { afterAll, beforeAll } from 'bun:test';
import type { ServerResponse } from 'node:http';
import { type Client, expectStatus, textAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { type ReceivedEvent, startReceiver, type TestReceiver } from '../../webhooks/receivers.ts';
import { type ConsoleGround, withConsole } from './consoleGround.ts';

export type WebhookGround = ConsoleGround & {
  /** What it has heard at a path. */
  readonly heardAt: (path: string) => readonly ReceivedEvent[];
  readonly urlOf: (path: string) => string;
  /** How it answers at a path from now on. 204 without it. */
  readonly answer: (path: string, status: number) => void;
  /** An endpoint that others have made. Returns its id. */
  readonly makeEndpoint: (client: Client, path: string, events?: readonly string[]) => Promise<string>;
};

/** A shop, a browser, and a real receiver of events on this machine. */
export const withWebhooks = (name: string, tests: (ground: WebhookGround) => void): void => {
  const options = { createDatabase: createTestFile, env: { WEBHOOK_ALLOW_PRIVATE: '1' } };
  withConsole(name, options, (ground) => {
    const statuses = new Map<string, number>();
    let receiver: TestReceiver;
    beforeAll(async () => {
      receiver = await startReceiver((response: ServerResponse, { path = '' }) => {
        response.writeHead(statuses.get(path) ?? 204).end();
      });
    });
    afterAll(() => receiver?.stop());
    const urlOf = (path: string) => `http://127.0.0.1:${receiver.port}${path}`;
    tests({
      ...ground,
      urlOf,
      heardAt: (path) => receiver.received.filter((event) => event.path === path),
      answer: (path, status) => void statuses.set(path, status),
      makeEndpoint: async (client, path, events = ['order.placed']) =>
        textAt(
          expectStatus(await client.post('/webhook-endpoints', { url: urlOf(path), events }), 201),
          'id',
        ),
    });
  });
};
