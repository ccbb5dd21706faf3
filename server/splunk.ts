import { hostname } from 'node:os';
import type { SplunkLog } from '../adapters/splunk/log.ts';
import type { Log } from '../core/log.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import type { Close } from './process.ts';

/**
 * Opens the second way of the log, to Splunk; undefined without its settings. `ownLog` goes to standard error alone, and
 * says what is wrong with Splunk. It is closed last, so that the lines of a stop are sent too.
 */
export const openSplunkLog = async (
  ownLog: Log,
  world: World,
  { splunk }: Pick<Config, 'splunk'>,
  closers: Close[],
): Promise<SplunkLog | undefined> => {
  if (splunk === null) return undefined;
  const { createSplunkLog } = await import('../adapters/splunk/log.ts');
  const opened = createSplunkLog(world, { ...splunk, host: hostname(), log: ownLog });
  closers.push(opened.close);
  return opened;
};
