import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import type { Finding } from './doctorReport.ts';
import { adviceOf } from './doctorServices.ts';

/** The collector that the log goes to. Nothing is sent to it. */
export const checkSplunk = async (
  { timer }: Pick<World, 'timer'>,
  { splunk }: Pick<Config, 'splunk'>,
): Promise<readonly Finding[]> => {
  if (splunk === null) return [];
  const part = 'Splunk';
  const { probeCollector } = await import('../adapters/splunk/probe.ts');
  const fault = await probeCollector(timer, splunk);
  const { host } = new URL(splunk.url);
  if (fault === null) return [{ part, state: 'ok', text: `${host} answers and takes the token` }];
  const advice = fault.isToken
    ? 'check SPLUNK_HEC_TOKEN in the settings of Splunk: the token may be disabled, or of another collector. Check the path in SPLUNK_HEC_URL too, if it has one'
    : adviceOf('SPLUNK_HEC_URL', 'the collector', fault.reason);
  return [{ part, state: 'wrong', text: `${host}: ${fault.reason}`, advice }];
};
