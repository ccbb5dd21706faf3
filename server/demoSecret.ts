import { Buffer } from 'node:buffer';
import type { Store } from '../core/store.ts';
import { sleep } from '../core/timer.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import { createStartError } from './process.ts';

const retryPauseMs = 500;

/**
 * The secret that demo tokens are signed with. It is in the store, so that all processes share it. One that only reads
 * does not store it, and waits for one that does; either of its servers may have it.
 */
export const readDemoSecret = async (
  stores: readonly Pick<Store, 'secret'>[],
  { random, timer }: Pick<World, 'random' | 'timer'>,
  { role, databaseWaitMs }: Pick<Config, 'role' | 'databaseWaitMs'>,
): Promise<string> => {
  const fresh = Buffer.from(random.bytes(32)).toString('base64url');
  const deadline = timer.deadline(role === 'read' ? databaseWaitMs : 0);
  for (;;) {
    let reason = '';
    for (const { secret } of stores) {
      const found = await secret('demo_auth', fresh);
      if (found.isOk()) return found.value;
      reason = found.error.reason;
    }
    if (deadline.remainingMs() <= 0) throw createStartError(reason);
    await sleep(timer, Math.min(retryPauseMs, deadline.remainingMs()));
  }
};
