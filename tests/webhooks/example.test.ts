import { expect, test } from 'bun:test';
import { Webhook } from 'standardwebhooks';
import { receive } from '../../docs/examples/webhookReceiver.ts';
import { createSender, endpointTo, leasedEvent, secretOf } from './sending.ts';

test('The receiver of the documents acts once on an event that comes twice, and refuses a wrong signature', async () => {
  const acted: string[] = [];
  const heard = new Set<string>();
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) =>
      receive(request, new Webhook(secretOf(1)), heard, async ({ id }) => void acted.push(id)),
  });
  const { sendTo } = createSender();
  for (let attempt = 0; attempt < 2; attempt++)
    expect(await sendTo(String(server.url))).toMatchObject({ attempt: { responseStatus: 204 } });
  expect(acted).toEqual([leasedEvent.id]);
  const forged = endpointTo(String(server.url), { secrets: [secretOf(9)] });
  expect(await sendTo(forged)).toMatchObject({ attempt: { responseStatus: 401 } });
  expect(acted).toHaveLength(1);
  await server.stop(true);
});
