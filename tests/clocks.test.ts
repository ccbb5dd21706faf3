import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['core', 'adapters', 'api', 'worker', 'server', 'demo'];

const files = [
  ...readdirSync(root).filter((name) => name.endsWith('.ts')),
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  ),
];

/** Code that reads the machine's clock, waits or draws. `new Date(ms)`, `Date.UTC` and hashes do not: they are allowed. */
const machineUses = [
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\btimers(?:\/promises)?\b['"]/,
  /\bAbortSignal\s*\.\s*timeout\b/,
  /\bBun\s*\.\s*(?:sleep|sleepSync|nanoseconds|randomUUIDv\d)\b/,
  /\bDate\s*\.\s*now\b/,
  /\bnew\s+Date(?:\s*\(\s*\)|\b(?!\s*[(<.]))/,
  /(?<!new\s)(?<![\w.'`])Date\s*\(/,
  /\bperformance\b|\bperf_hooks\b/,
  /\bhrtime\b|\bprocess\s*\.\s*uptime\b/,
  /\bTemporal\s*\.\s*Now\b/,
  /\bMath\s*\.\s*random\b/,
  /\brandom(?:UUID(?:v7)?|Bytes|Int|Fill(?:Sync)?)\b/,
  /\bgetRandomValues\b/,
];

/** The source without comments and strings. The names of timer modules stay, because they show what is imported. */
const codeOf = (source: string): string =>
  source.replace(
    /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g,
    (found: string) => (/^['"](?:node:)?(?:timers|perf_hooks)/.test(found) ? found : ''),
  );

const machineUsesIn = (source: string): readonly string[] =>
  machineUses.flatMap((pattern) => pattern.exec(codeOf(source))?.[0] ?? []);

test('The search finds each use of a clock, timer or random number of the machine', () => {
  const used = [
    'setTimeout(run, 1);',
    "import { setTimeout as sleep } from 'node:timers/promises';",
    'const untilMs = Date.now() + 1;',
    'const date = new Date();',
    'const date = new Date;',
    'const text = Date();',
    'const at = performance.now();',
    'const at = Bun.nanoseconds();',
    'await Bun.sleep(1);',
    'const signal = AbortSignal.timeout(1);',
    'const draw = Math.random();',
    'const id = crypto.randomUUID();',
    'crypto.getRandomValues(octets);',
    'const octets = randomBytes(8);',
    // An expression in a template literal is code.
    'const line = `at $' + '{Date.now()}`;',
    // The slashes of a URL do not begin a comment.
    "const url = 'http://localhost/'; Date.now();",
  ];
  expect(used.filter((source) => machineUsesIn(source).length === 0)).toEqual([]);
});

test('A date made from a given time, a comment and a string are not uses of a clock', () => {
  const pure = [
    'const date = new Date(ms);',
    'const ms = Date.UTC(2026);',
    'const format = new Intl.DateTimeFormat();',
    'type At = { readonly date: Date };',
    '// not Date.now()',
    '/** Not `setTimeout`. */',
    "const said = 'setTimeout and Date.now()';",
    'const performed = random.unit();',
    "const hash = createHash('sha256');",
  ];
  expect(pure.flatMap(machineUsesIn)).toEqual([]);
});

test('Only adapters/system uses a clock, a timer or random numbers of the machine', () => {
  const isOutside = (file: string) => !file.startsWith(join('adapters', 'system', '/'));
  const found = files
    .filter(isOutside)
    .flatMap((file) =>
      machineUsesIn(readFileSync(join(root, file), 'utf8')).map((used) => `${file}: ${used}`),
    );
  expect(found).toEqual([]);
});

test('The search reads the files of adapters/system', () => {
  const used = files
    .filter((file) => file.startsWith(join('adapters', 'system')))
    .flatMap((file) => machineUsesIn(readFileSync(join(root, file), 'utf8')));
  expect(used).toContain('Date.now');
  expect(used).toContain('setImmediate');
});
