import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Which file may import which. Imports point inward: `api | worker → core ← adapters`. `web/` sees the
 * types of what the API sends. `server/` puts everything together, so it may import everything, as may `demo/`,
 * `bench/` and `tests/`.
 */

const top = fileURLToPath(new URL('..', import.meta.url));
const rooms = ['core', 'adapters', 'api', 'worker', 'web', 'server', 'demo', 'tests', 'bench'];
const outer = ['server', 'demo', 'tests', 'bench'];

/** Paths from the top, such as `core/audit.ts`. The programs in `bench/peers` have packages of their own. */
const files = rooms.flatMap((room) =>
  readdirSync(join(top, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/node_modules|^peers\b/.test(name))
    .map((name) => join(room, name)),
);

/** The code without its comments. */
const codeOf = (file: string): string =>
  readFileSync(join(top, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '');

const code: ReadonlyMap<string, string> = new Map(files.map((file) => [file, codeOf(file)]));

type Imports = { readonly files: readonly string[]; readonly packages: readonly string[] };

const importsIn = (file: string, text: string): Imports => {
  const found = [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    ([, from = '']) => from,
  );
  const isFile = (from: string) => from.startsWith('.');
  return {
    files: found.filter(isFile).map((from) => normalize(join(dirname(file), from))),
    packages: found.filter((from) => !isFile(from)).map(packageOf),
  };
};

const packageOf = (from: string): string =>
  /^(?:node|bun):/.test(from) ? from : from.split('/', from.startsWith('@') ? 2 : 1).join('/');

const imports: ReadonlyMap<string, Imports> = new Map(
  files.map((file) => [file, importsIn(file, code.get(file) ?? '')]),
);

/** The part of the house that a file belongs to. */
const roomOf = (file: string): string => {
  const [room = '', folder = '', inner] = file.split('/');
  if (file.startsWith('adapters/stripe/format/')) return 'adapters/stripe/format';
  if (room === 'adapters' || (room === 'api' && inner !== undefined)) return `${room}/${folder}`;
  return file.startsWith('core/usecases/') ? 'core/usecases' : room;
};

/** What a room may import beside itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'core/usecases': ['core'],
  'adapters/stored': ['core'],
  'adapters/stripe': ['core', 'adapters/stored', 'adapters/stripe/format'],
  'adapters/stripe/format': ['core'],
  // The sandbox speaks Stripe's API, so the two share Stripe's formats.
  'adapters/sandbox': ['core', 'adapters/stored', 'adapters/stripe/format'],
  // Which failure is which problem is decided here, so the failures of use cases are known here.
  'api/http': ['core', 'core/usecases'],
  'api/render': ['core', 'api/http'],
  'api/openapi': ['core', 'api/http', 'api/render'],
  'api/routes': ['core', 'core/usecases', 'api/http', 'api/render', 'api/openapi', 'api'],
  api: ['core', 'core/usecases', 'api/http', 'api/render', 'api/openapi', 'api/routes'],
  worker: ['core', 'core/usecases'],
  // Types only: a page knows what the API sends, and gets none of its code. See the test of it.
  web: ['api/render'],
};
const anotherAdapter = ['core', 'adapters/stored'];

const mayImport = (room: string, other: string): boolean =>
  room === other || outer.includes(room) || (allowed[room] ?? anotherAdapter).includes(other);

const wrongImports = (all: ReadonlyMap<string, Imports>): readonly string[] =>
  [...all].flatMap(([file, { files: targets }]) =>
    targets
      .filter((target) => rooms.includes(target.split('/')[0] ?? ''))
      .filter((target) => !mayImport(roomOf(file), roomOf(target)))
      .map((target) => `${file} → ${target}`),
  );

/** Groups of nodes that lead to one another (strongly connected components, after R. E. Tarjan, 1972). */
const circlesIn = (graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] => {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): void => {
    const index = order.size;
    order.set(node, index);
    lowest.set(node, index);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next))
        lowest.set(node, Math.min(lowest.get(node) ?? index, lowest.get(next) ?? index));
    }
    if (lowest.get(node) !== index) return;
    const circle = stack.splice(stack.indexOf(node));
    if (circle.length > 1) circles.push(circle.toSorted());
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
};

const isInside = (folder: string, other: string): boolean => folder.startsWith(`${other}/`);

/**
 * Arrows between folders. A folder and the folders in it are one: what is at its root serves them or joins them. Files
 * of tests are left out, because nothing imports them.
 */
const folderGraph = (all: ReadonlyMap<string, Imports>): ReadonlyMap<string, readonly string[]> => {
  const graph = new Map<string, string[]>();
  for (const [file, { files: targets }] of all) {
    if (file.endsWith('.test.ts')) continue;
    const folder = dirname(file);
    const others = targets
      .map((target) => dirname(target))
      .filter((other) => other !== folder && !isInside(folder, other) && !isInside(other, folder));
    graph.set(folder, [...(graph.get(folder) ?? []), ...others]);
  }
  return graph;
};

describe('Imports', () => {
  test('The test reads every room and finds its imports', () => {
    expect(files.length).toBeGreaterThan(550);
    expect(new Set(files.map((file) => file.split('/')[0]))).toEqual(new Set(rooms));
    const main = imports.get('server/main.ts')?.files ?? [];
    expect(main.map(roomOf)).toEqual(
      expect.arrayContaining(['adapters/system', 'api', 'core/usecases', 'demo', 'server']),
    );
  });

  test('Imports point inward only', () => {
    expect(wrongImports(imports)).toEqual([]);
  });

  test('An import that points outward is found', () => {
    const wrong = [
      ['core/order.ts', './usecases/checkOut.ts'],
      ['core/usecases/checkOut.ts', '../../adapters/sqlite/store.ts'],
      ['adapters/sqlite/store.ts', '../postgres/store.ts'],
      ['adapters/smtp/mailer.ts', '../../api/app.ts'],
      ['api/http/body.ts', '../routes/orders.ts'],
      ['api/render/order.ts', '../openapi/samples.ts'],
      ['worker/loop.ts', '../adapters/system/timer.ts'],
      ['web/shared/call.ts', '../../core/money.ts'],
    ] as const;
    const made = new Map(
      wrong.map(([file, from]) => [file, importsIn(file, `import { x } from '${from}';`)]),
    );
    expect(wrongImports(made)).toHaveLength(wrong.length);
  });

  test('The pages take nothing but types from the API', () => {
    const values = (file: string, text: string) =>
      [...text.matchAll(/\b(?:import|export)\s+(?!type\b)[^;'"]*['"](\.[^'"]+)['"]/g)]
        .map(([, from = '']) => normalize(join(dirname(file), from)))
        .filter((target) => !target.startsWith('web/'));
    expect(values('web/shop/a.tsx', "import { x } from '../../api/render/order.ts';")).toHaveLength(1);
    expect(values('web/shop/a.tsx', "import type { X } from '../../api/render/order.ts';")).toEqual([]);
    const wrong = [...code].flatMap(([file, text]) => (file.startsWith('web/') ? values(file, text) : []));
    expect(wrong).toEqual([]);
  });

  test('The shop and the console import nothing from each other', () => {
    const wrong = [...imports].flatMap(([file, { files: targets }]) =>
      targets
        .filter(
          (target) =>
            /^web\/(?:shop|console)\//.test(target) &&
            /^web\/(?:shop|console|frame|parts|shared|words)\//.test(file),
        )
        .filter((target) => dirname(target).split('/')[1] !== dirname(file).split('/')[1])
        .map((target) => `${file} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('Core imports no package but neverthrow', () => {
    const packages = [...imports].flatMap(([file, found]) =>
      file.startsWith('core/') ? found.packages : [],
    );
    expect([...new Set(packages)]).toEqual(['neverthrow']);
  });

  test('Each framework and driver is imported by its own room only', () => {
    const owners: Readonly<Record<string, string>> = {
      elysia: 'api',
      '@elysiajs/swagger': 'api',
      jose: 'api',
      'better-sqlite3': 'adapters',
      'drizzle-orm': 'adapters',
      postgres: 'adapters',
      nodemailer: 'adapters',
      standardwebhooks: 'adapters',
      preact: 'web',
      papaparse: 'web',
      stripe: 'adapters',
    };
    const wrong = [...imports].flatMap(([file, { packages }]) => {
      const [room = ''] = file.split('/');
      if (room === 'tests' || room === 'bench') return [];
      return packages
        .filter((name) => owners[name] !== undefined && owners[name] !== room)
        .map((name) => `${file} → ${name}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe('Circles', () => {
  test('A circle is found, and a path without one is not', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', []],
    ]);
    expect(circlesIn(graph)).toEqual([['a', 'b', 'c']]);
  });

  test('No files import one another in a circle', () => {
    expect(circlesIn(new Map([...imports].map(([file, found]) => [file, found.files])))).toEqual([]);
  });

  test('No folders import one another in a circle', () => {
    expect(circlesIn(folderGraph(imports))).toEqual([]);
  });
});

describe('The outside world', () => {
  /** `file: text`, for each match of `pattern` in the files that are asked for. */
  const matches = (pattern: RegExp, isAsked: (file: string) => boolean): readonly string[] =>
    files
      .filter(isAsked)
      .flatMap((file) => [...(code.get(file) ?? '').matchAll(pattern)].map(([text]) => `${file}: ${text}`));

  test('Core has no environment, network or runtime', () => {
    const outside = /\b(?:Bun|Deno|process|console|crypto|globalThis|import\.meta)\b|\bfetch\(/g;
    expect(matches(outside, (file) => file.startsWith('core/'))).toEqual([]);
  });

  test('Only api/http/serve.ts, web/build.ts and the composition root name a runtime', () => {
    const isAsked = (file: string) =>
      !/^(?:tests|bench|server)\//.test(file) &&
      ![join('api', 'http', 'serve.ts'), join('web', 'build.ts')].includes(file);
    expect(matches(/\b(?:Bun|Deno)\.\w+/g, isAsked)).toEqual([]);
  });

  test('Only the composition root reads the environment', () => {
    const isAsked = (file: string) => !/^(?:tests|bench|server|demo)\//.test(file);
    expect(matches(/\bprocess\.env\b/g, isAsked)).toEqual([]);
  });
});
