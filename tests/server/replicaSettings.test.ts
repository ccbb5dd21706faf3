import { expect, test } from 'bun:test';
import { readConfig } from '../../server/config.ts';

type Env = Readonly<Record<string, string>>;
const configOf = (env: Env) => readConfig(env)._unsafeUnwrap();
const errorsOf = (env: Env) => readConfig(env)._unsafeUnwrapErr();

test('A replica is one server, beside a database of PostgreSQL', () => {
  const DATABASE_URL = 'postgres://a,b/shop?target_session_attrs=primary';
  const DATABASE_REPLICA_URL = 'postgres://b/shop';
  expect(configOf({ DATABASE_URL, DATABASE_REPLICA_URL }).databaseReplicaUrl).toBe(DATABASE_REPLICA_URL);
  expect(errorsOf({ DATABASE_REPLICA_URL })).toEqual([
    expect.stringMatching(/^DATABASE_REPLICA_URL is set, but DATABASE_URL is not a PostgreSQL server/),
  ]);
  for (const [url, reason] of [
    ['postgres://shop:hunter2@a,b/shop', 'write one host'],
    ['sqlite:./copy.db', 'write postgres://'],
    ['postgres://b/shop?target_session_attrs=read-only', 'write standby or prefer-standby'],
  ] as const) {
    const [line = '', ...more] = errorsOf({ DATABASE_URL, DATABASE_REPLICA_URL: url });
    expect(line).toContain(reason);
    expect(line).not.toContain('hunter2');
    expect(more).toEqual([]);
  }
});
