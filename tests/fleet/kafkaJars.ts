import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/**
 * The jars of Kafka 4.1.1 without its tools. The list was made with Maven, from `org.apache.kafka:kafka_2.13` and
 * `org.slf4j:slf4j-nop`, by `mvn dependency:copy-dependencies -Dmdep.useRepositoryLayout=true`.
 */
const list = join(import.meta.dirname, 'kafkaJars.txt');
const repository = 'https://repo1.maven.org/maven2';
const folder = join(tmpdir(), 'cartwright-kafka-4.1.1');
const atOnce = 8;

/** Downloads what is not there yet, and compares each jar with its checksum. Returns the class path. */
export const downloadKafka = async (): Promise<string> => {
  mkdirSync(folder, { recursive: true });
  const waiting = readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('  '));
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [sha256 = '', path = ''] = next;
      await download(path, sha256);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return join(folder, '*');
};

const download = async (path: string, sha256: string): Promise<void> => {
  const file = join(folder, basename(path));
  if (hashOf(readIfThere(file)) === sha256) return;
  const response = await fetch(`${repository}/${path}`);
  if (!response.ok) throw new Error(`${basename(path)} cannot be downloaded: ${response.status}`);
  const bytes = await response.bytes();
  if (hashOf(bytes) !== sha256) throw new Error(`${basename(path)} was downloaded and has another checksum`);
  const part = `${file}.${process.pid}`;
  writeFileSync(part, bytes);
  renameSync(part, file);
};

const hashOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : createHash('sha256').update(bytes).digest('hex');

const readIfThere = (file: string): Uint8Array | null => {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
};
