import type { EventTarget } from '../core/eventTarget.ts';
import type { Log } from '../core/log.ts';
import type { CheckWebhookUrl } from '../core/webhookUrl.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';

type WebhookConfig = Pick<Config, 'webhookAllowPrivate' | 'production'>;

/** Loads its modules at the first URL, so that no start waits for them. */
export const createWebhookCheck = (
  { timer }: World,
  { webhookAllowPrivate: allowPrivate }: Pick<Config, 'webhookAllowPrivate'>,
): CheckWebhookUrl => {
  let loaded: Promise<CheckWebhookUrl> | null = null;
  const load = async () => {
    const { createCheckWebhookUrl } = await import('../adapters/webhooks/receiver.ts');
    return createCheckWebhookUrl(timer, { allowPrivate });
  };
  return async (url) => {
    loaded ??= load();
    return (await loaded)(url);
  };
};

/** What sends events to webhook endpoints. */
export const openWebhookTarget = async (
  world: World,
  { webhookAllowPrivate: allowPrivate, production }: WebhookConfig,
  log: Log,
): Promise<EventTarget> => {
  // A warning and not a refusal: the receivers of many shops are in their own network.
  if (allowPrivate && production)
    log.warn('webhook endpoints may have private addresses, because WEBHOOK_ALLOW_PRIVATE=1');
  const { createWebhookTarget } = await import('../adapters/webhooks/target.ts');
  return createWebhookTarget(world, { allowPrivate });
};
