import { setTimeout } from 'node:timers/promises';
import { openProvider } from '../../server/wiring.ts';
import { delayedMethod } from '../realMoney/method.ts';
import { serveCheckouts } from './serveCheckouts.ts';

/**
 * A provider that answers after the time that each request names, or at once with `INSTANT=1`. Its records are in memory,
 * because the records of a real provider are not on our disk either.
 */
await serveCheckouts({
  openProvider: async (world, config) => {
    const opened = await openProvider(world, { ...config, databaseUrl: 'sqlite::memory:' });
    const isInstant = process.env.INSTANT === '1';
    return {
      ...opened,
      provider: {
        ...opened.provider,
        charge: async (request) => {
          const { method, delayMs } = delayedMethod.read(request.method);
          if (!isInstant) await setTimeout(delayMs);
          return opened.provider.charge({ ...request, method });
        },
      },
    };
  },
});
