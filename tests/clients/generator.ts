import { createHash } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

const version = '7.17.0';
const sha256 = '25d6bd8273dd2be99979d544b62ea43f0ce1975f1aa582678b5093d1e7fcfce8';
const group = 'https://repo1.maven.org/maven2/org/openapitools/openapi-generator-cli';
const jar = join(tmpdir(), `openapi-generator-cli-${version}.jar`);

/** OpenAPI Generator is a Java program. It is downloaded once and compared with the checksum of this version. */
const downloadGenerator = async (): Promise<void> => {
  if (existsSync(jar)) return;
  const response = await fetch(`${group}/${version}/openapi-generator-cli-${version}.jar`);
  if (!response.ok) throw new Error(`the generator cannot be downloaded: ${response.status}`);
  const bytes = await response.bytes();
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new Error('the generator that was downloaded has another checksum');
  await Bun.write(`${jar}.part`, bytes);
  renameSync(`${jar}.part`, jar);
};

/** Generates a client of `document` in `out`, and returns `out`. */
export const generateClients = async (
  language: 'python' | 'go',
  document: string,
  out: string,
  properties: string,
): Promise<string> => {
  await downloadGenerator();
  await run([
    'java',
    '-jar',
    jar,
    'generate',
    '-i',
    document,
    '-g',
    language,
    '-o',
    out,
    '--additional-properties',
    properties,
  ]);
  return out;
};
