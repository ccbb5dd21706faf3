/**
 * Proves that generated clients understand the OpenAPI document: each client makes one checkout in a shop that this
 * script starts. Last, oasdiff says whether a new product type and a new response field would break a client.
 *
 *   bun tests/clients/main.ts [python] [go] [typescript] [compatible]      all of them by default
 */
import { rmSync } from 'node:fs';
import process from 'node:process';
import { checkCompatibility } from './compatible.ts';
import { generateClients } from './generator.ts';
import { createFolder, run } from './run.ts';
import { startShop } from './shop.ts';

const names = process.argv.slice(2);
const isWanted = (name: string) => names.length === 0 || names.includes(name);
const folder = createFolder('clients');
const here = import.meta.dirname;

const runPython = async (env: Env, document: string) => {
  const out = await generateClients('python', document, `${folder}/python`, 'packageName=cartwright_client');
  await run(['python3', '-m', 'venv', `${folder}/venv`]);
  await run([`${folder}/venv/bin/pip`, 'install', '--quiet', out]);
  return run([`${folder}/venv/bin/python`, `${here}/checkout.py`], { env });
};

const runGo = async (env: Env, document: string) => {
  const out = await generateClients(
    'go',
    document,
    `${folder}/go`,
    'packageName=cartwright,generateInterfaces=false',
  );
  const program = `${folder}/program`;
  await Bun.write(`${program}/main.go`, Bun.file(`${here}/checkout.go`));
  await run(['go', 'mod', 'edit', '-module', 'example.com/cartwright'], { cwd: out });
  await run(['go', 'mod', 'init', 'example.com/program'], { cwd: program });
  await run(['go', 'mod', 'edit', '-replace', `example.com/cartwright=${out}`], { cwd: program });
  await run(['go', 'mod', 'edit', '-require', 'example.com/cartwright@v0.0.0'], { cwd: program });
  await run(['go', 'mod', 'tidy'], { cwd: program });
  return run(['go', 'run', '.'], { cwd: program, env });
};

const runTypescript = async (env: Env, document: string) => {
  const cwd = `${here}/typescript`;
  await run(['bun', 'install', '--frozen-lockfile', '--silent'], { cwd });
  const bin = `${cwd}/node_modules/.bin`;
  await run([`${bin}/openapi-typescript`, document, '-o', `${cwd}/api.ts`], { cwd });
  await run([`${bin}/tsc`, '-p', '.'], { cwd });
  return run(['bun', `${cwd}/checkout.ts`], { env });
};

type Env = Readonly<Record<string, string>>;
const clients = { python: runPython, go: runGo, typescript: runTypescript };

const shop = await startShop(folder);
try {
  const document = `${folder}/openapi.json`;
  await Bun.write(document, await (await fetch(`${shop.base}/docs/json`)).text());
  for (const [name, runClient] of Object.entries(clients)) {
    if (!isWanted(name)) continue;
    const env = { BASE: shop.base, TOKEN: await shop.createToken(), KEY: crypto.randomUUID() };
    console.log(`${name}: ${(await runClient(env, document)).trim()}`);
  }
  if (isWanted('compatible')) console.log(`compatible: ${await checkCompatibility(document, folder)}`);
} finally {
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
}
