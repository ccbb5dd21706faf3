import { createRequire } from 'node:module';

/** Loaded before the program: says at its end whether it has loaded OpenTelemetry. Its packages are CommonJS. */
const { cache } = createRequire(import.meta.url);

process.on('exit', () => {
  const found = Object.keys(cache).some((path) => path.includes('@opentelemetry'));
  process.stderr.write(`packages of OpenTelemetry: ${found ? 'some' : 'none'}\n`);
});
