import { expect, test } from 'bun:test';
import type { Log } from '../../core/log.ts';
import { readConfig } from '../../server/config.ts';
import { createWebhookCheck, openWebhookTarget } from '../../server/webhooks.ts';
import { createTestWorld } from '../world.ts';

const warningsOf = async (settings: Parameters<typeof openWebhookTarget>[1]): Promise<readonly string[]> => {
  const warnings: string[] = [];
  const log = { warn: (message: string) => warnings.push(message) } as unknown as Log;
  await openWebhookTarget(createTestWorld(), settings, log);
  return warnings;
};

test('WEBHOOK_ALLOW_PRIVATE is 0 or 1, and 0 by default', () => {
  const of = (text: string) => readConfig({ WEBHOOK_ALLOW_PRIVATE: text });
  expect(of('')._unsafeUnwrap().webhookAllowPrivate).toBe(false);
  expect(of('0')._unsafeUnwrap().webhookAllowPrivate).toBe(false);
  expect(of('1')._unsafeUnwrap().webhookAllowPrivate).toBe(true);
  expect(of('true')._unsafeUnwrapErr()).toEqual(['WEBHOOK_ALLOW_PRIVATE is "true": write 0 or 1']);
});

test('Private addresses of endpoints are allowed by the setting alone, with a warning in production', async () => {
  const check = async (webhookAllowPrivate: boolean) => {
    const checkUrl = createWebhookCheck(createTestWorld(), { webhookAllowPrivate });
    return (await checkUrl('http://127.0.0.1:3001/')).isOk();
  };
  expect([await check(false), await check(true)]).toEqual([false, true]);
  expect(await warningsOf({ webhookAllowPrivate: true, production: true })).toEqual([
    'webhook endpoints may have private addresses, because WEBHOOK_ALLOW_PRIVATE=1',
  ]);
  expect(await warningsOf({ webhookAllowPrivate: true, production: false })).toEqual([]);
  expect(await warningsOf({ webhookAllowPrivate: false, production: true })).toEqual([]);
});
