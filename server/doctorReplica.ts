import { messageOf } from '../core/errorMessage.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import { addressOf } from './databaseUrl.ts';
import type { Finding } from './doctorReport.ts';

/** Asks the replica what a process asks before it reads there. */
export const checkReplica = async (
  world: World,
  { databaseReplicaUrl: url, role }: Pick<Config, 'databaseReplicaUrl' | 'role'>,
): Promise<readonly Finding[]> => {
  if (url === null || (role !== 'read' && role !== 'all')) return [];
  const part = 'replica';
  const { openReplica } = await import('../adapters/postgres/replica.ts');
  const replica = openReplica(world, { url, poolSize: 2 });
  const wrong = (reason: string): readonly Finding[] => [
    {
      part,
      state: 'wrong',
      text: `${addressOf(url)}: ${reason}`,
      advice: 'see docs/operating/replicas.md. Until then, queries read the primary',
    },
  ];
  try {
    const status = await replica.status();
    if (status.isErr()) return wrong(status.error.reason);
    return status.value.isStandby
      ? [{ part, state: 'ok', text: `${addressOf(url)} is a standby that can be read` }]
      : wrong('it is no standby: it was promoted, or DATABASE_REPLICA_URL names the primary');
  } catch (cause) {
    return wrong(messageOf(cause));
  } finally {
    await replica.close();
  }
};
