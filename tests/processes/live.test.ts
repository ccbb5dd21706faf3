import { afterEach, describe, expect, test } from 'bun:test';
import { killAllApps, type Runtime, startApp, stopApp } from './processes.ts';
import { createTestFile } from './sqlite.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

const runtimes: readonly Runtime[] = ['bun', 'deno'];

describe.each(runtimes)('The live streams of a process in %s', (runtime) => {
  const start = async () => {
    const database = await createTestFile();
    // An open stream that held the stop would hold it until this time is over.
    const env = { DRAIN_MS: '0', SHUTDOWN_MS: '60000' };
    const app = await startApp({ runtime, databaseUrl: database.url, env });
    const authorization = `Bearer ${await tokenFor('op@shop.test', 'operator')}`;
    const open = async () => {
      const abort = new AbortController();
      const response = await fetch(`${app.url}/live`, { headers: { authorization }, signal: abort.signal });
      return { response, abort };
    };
    return { database, app, open };
  };

  test('They end first when it stops, so they do not hold the stop', async () => {
    const { database, app, open } = await start();
    const { response } = await open();
    const text = response.text();
    const begunMs = performance.now();
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
    console.log(`${runtime}: stopped with an open stream in ${Math.round(performance.now() - begunMs)} ms`);
    expect(await text).toMatch(/^id: \d+\ndata: \{"at":/);
    await database.drop();
  }, 120_000);

  test('A stream that its client leaves makes room for another', async () => {
    const { database, app, open } = await start();
    const opened = await Promise.all(Array.from({ length: 100 }, open));
    expect(opened.map(({ response }) => response.status)).toEqual(opened.map(() => 200));
    const refused = (await open()).response;
    expect([refused.status, refused.headers.get('retry-after') !== null]).toEqual([503, true]);
    for (const { abort } of opened) abort.abort();
    while ((await open()).response.status !== 200);
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
    // Deno warns where a server relies on the abort of a request.
    expect(app.output()).not.toContain('abort');
    await database.drop();
  }, 120_000);
});
