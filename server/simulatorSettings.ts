import { err, ok, type Result } from 'neverthrow';
import { readDatabaseUrl } from './databaseUrl.ts';
import { createKinds, type Environment, readerOf, showScheme } from './settingKinds.ts';

export type SimulatorSettings = ReturnType<typeof settingsOf>;

/** The settings of `bun run simulator`, or one line for each that is wrong. */
export const readSimulatorSettings = (env: Environment): Result<SimulatorSettings, readonly string[]> => {
  const { read, errors } = readerOf(env);
  const settings = settingsOf(createKinds(read));
  return errors.length === 0 ? ok(settings) : err(errors);
};

const settingsOf = ({ address, oneOf, secret, setting, whole }: ReturnType<typeof createKinds>) => ({
  port: whole('PORT', 12_111, 0, 65_535, 'The port on this machine. 0 takes any free one.'),
  databaseUrl: setting({
    name: 'DATABASE_URL',
    fallback: 'sqlite:./data/stripe.db',
    doc: 'Where charges and unsent events are stored.',
    read: readDatabaseUrl,
    show: showScheme,
  }),
  /** Null: no events are sent. */
  webhookUrl: address(
    { name: 'WEBHOOK_URL', doc: 'Where events are sent.' },
    ['http', 'https'],
    'http://localhost:3000/webhooks/stripe',
  ),
  webhookSecret:
    secret(
      'STRIPE_WEBHOOK_SECRET',
      'The secret to sign events with.',
      /^whsec_\S+$/,
      'write the secret that the shop has, such as whsec_simulator',
    ) ?? 'whsec_simulator',
  duplicates: setting({
    name: 'DUPLICATES',
    fallback: 0,
    doc: 'The share of events that are sent twice.',
    read: (text) =>
      /^(?:0|1|0?\.\d{1,15})$/.test(text) ? ok(Number(text)) : err('write a share from 0 to 1, such as 0.2'),
  }),
  shuffle: oneOf('SHUFFLE', '0', ['0', '1'], '1 sends events in random order.') === '1',
});
