import type { Kinds } from './settingKinds.ts';

export const webhookSettings = ({ oneOf }: Kinds) => ({
  webhookAllowPrivate:
    oneOf(
      'WEBHOOK_ALLOW_PRIVATE',
      '0',
      ['0', '1'],
      '`1`: webhook endpoints may have private addresses, and `http` ([more](docs/operating/webhooks.md#private-addresses)). Whoever has the permission `webhooks:write` can then send requests into the network of the shop.',
    ) === '1',
});
