import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('..', import.meta.url));
const rooms = ['core', 'adapters', 'api', 'worker', 'server', 'demo'];

const files = [
  ...readdirSync(top).filter((name) => name.endsWith('.ts')),
  ...rooms.flatMap((room) =>
    readdirSync(join(top, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(room, name)),
  ),
];

/** What reads a clock, waits or draws by itself. `new Date(ms)`, `Date.UTC` and hashes do not, so they are allowed. */
const machine = [
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

/** Without comments, and without what a string says; a module's name stays, for it says what is imported. */
const codeOf = (source: string): string =>
  source.replace(
    /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g,
    (found: string) => (/^['"](?:node:)?(?:timers|perf_hooks)/.test(found) ? found : ''),
  );

const foreignIn = (source: string): readonly string[] =>
  machine.flatMap((pattern) => pattern.exec(codeOf(source))?.[0] ?? []);

test('a clock, timer or random number of the machine is found where it is used', () => {
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
    'const die = Math.random();',
    'const id = crypto.randomUUID();',
    'crypto.getRandomValues(octets);',
    'const octets = randomBytes(8);',
    // In a template it is code.
    'const line = `at $' + '{Date.now()}`;',
    // The slashes of a URL begin no comment.
    "const url = 'http://localhost/'; Date.now();",
  ];
  expect(used.filter((source) => foreignIn(source).length === 0)).toEqual([]);
});

test('a date made of a given time, a comment and a text use no clock', () => {
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
  expect(pure.flatMap(foreignIn)).toEqual([]);
});

test('only adapters/system uses a clock, a timer or random numbers of the machine', () => {
  const isForeign = (file: string) => !file.startsWith(join('adapters', 'system', '/'));
  const found = files
    .filter(isForeign)
    .flatMap((file) => foreignIn(readFileSync(join(top, file), 'utf8')).map((used) => `${file}: ${used}`));
  expect(found).toEqual([]);
});

test('adapters/system is among the files that are read', () => {
  const used = files
    .filter((file) => file.startsWith(join('adapters', 'system')))
    .flatMap((file) => foreignIn(readFileSync(join(top, file), 'utf8')));
  expect(used).toContain('Date.now');
  expect(used).toContain('setImmediate');
});
