import process from 'node:process';
import { createSystemWorld } from '../adapters/system/system.ts';
import { readConfig } from './config.ts';
import { checkDatabase } from './doctorDatabase.ts';
import { checkKafka } from './doctorEvents.ts';
import { checkTokenKeys } from './doctorKeys.ts';
import { checkReplica } from './doctorReplica.ts';
import { type Finding, isHealthy, renderFindings } from './doctorReport.ts';
import { reportRetention } from './doctorRetention.ts';
import { checkMailServer, checkProvider, checkServices } from './doctorServices.ts';
import { checkSplunk } from './doctorTelemetry.ts';
import { findMistypedSettings } from './mistypedSettings.ts';
import { isToRun } from './plainCommand.ts';
import { refuseRuntime } from './runtime.ts';

/**
 * `bun run doctor`: checks the settings and everything that they name, and says what to do about each thing that is
 * wrong. It changes nothing, and ends with 1 if something is wrong.
 */
const examine = async (): Promise<readonly Finding[]> => {
  const part = 'settings';
  const wrongRuntime = refuseRuntime(process.versions);
  if (wrongRuntime !== null) return [{ part: 'runtime', state: 'wrong', text: wrongRuntime }];
  const config = readConfig(process.env);
  const mistyped = findMistypedSettings(process.env).map(
    (text): Finding => ({ part, state: 'warning', text }),
  );
  // Without all settings there is no telling what to check.
  if (config.isErr())
    return [
      ...config.error.map(
        (text): Finding => ({ part, state: 'wrong', text, advice: 'see the table of settings in README.md' }),
      ),
      ...mistyped,
    ];
  const world = createSystemWorld(config.value.shop);
  const checks = [
    checkDatabase,
    checkReplica,
    checkMailServer,
    checkProvider,
    checkServices,
    checkTokenKeys,
    checkSplunk,
    checkKafka,
  ];
  const findings = await Promise.all(checks.map((check) => check(world, config.value)));
  return [
    { part, state: 'ok', text: 'all settings can be read' },
    ...mistyped,
    reportRetention(config.value.retention),
    ...findings.flat(),
  ];
};

const usage = `Checks the settings and all that they name, and says what to do about each thing that is wrong. It changes nothing.

  bun run doctor

Run it with the environment of the shop. It ends with 1 if something is wrong.`;

if (isToRun({ name: 'doctor', usage })) {
  const findings = await examine();
  process.stdout.write(renderFindings(findings));
  process.exitCode = isHealthy(findings) ? 0 : 1;
}
