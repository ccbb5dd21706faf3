import { describe, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { openDatabase } from '../chaos/run/database.ts';
import { createTestDatabase, postgresAvailable } from './postgres.ts';

const processes = 10;

describe.skipIf(!(await postgresAvailable()))('concurrent migrations of Postgres', () => {
  test('An empty Postgres database is migrated once when ten processes start at the same time', async () => {
    const { url, drop } = await createTestDatabase({ empty: true });
    const adapter = new URL('../../adapters/postgres/migrate.ts', import.meta.url).href;
    const script = `import { migrate } from '${adapter}'; await migrate('${url}');`;
    const codes = await Promise.all(
      Array.from({ length: processes }, async () => {
        const [code] = await once(spawn(process.execPath, ['-e', script], { stdio: 'inherit' }), 'close');
        return code;
      }),
    );
    expect(codes).toEqual(Array.from({ length: processes }, () => 0));

    const database = openDatabase(url);
    const applied = (await database.run('select name from migration order by name')).map(({ name }) => name);
    await database.close();
    const files = readdirSync(new URL('../../sql/postgres', import.meta.url));
    expect(applied).toEqual(files.filter((name) => name.endsWith('.sql')).sort());
    await drop();
  }, 120_000);
});
