import process from 'node:process';
import { readConfig } from './config.ts';
import { findMistypedSettings } from './mistypedSettings.ts';

/**
 * The configuration of a command of an operator. It says first which variables have no effect: a command with a mistyped
 * `DATABASE_URL` would work on another database without a word.
 */
export const readCommandConfig = (): ReturnType<typeof readConfig> => {
  for (const line of findMistypedSettings(process.env)) process.stderr.write(`Warning: ${line}\n`);
  return readConfig(process.env);
};
