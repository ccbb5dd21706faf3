import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { postgresAvailable, testDatabase } from '../runtime/postgres.ts';

describe.skipIf(!(await postgresAvailable()))('the schema in PostgreSQL', () => {
  test('is what was reviewed: a change in SQL comes with its snapshot (bun test -u)', async () => {
    const database = await testDatabase();
    const sql = postgres(database.url, { max: 1, onnotice: () => {} });
    const columns = await sql`
      select format('%s.%s %s%s%s', table_name, column_name, data_type,
        case is_nullable when 'NO' then ' not null' else '' end,
        case is_generated when 'ALWAYS' then ' generated ' || generation_expression else '' end) as line
      from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`;
    const stored = await sql`
      select attrelid::regclass || '.' || attname as line from pg_attribute where attgenerated = 's' order by 1`;
    const indexes =
      await sql`select indexdef as line from pg_indexes where schemaname = 'public' order by indexname`;
    const constraints = await sql`
      select format('%s %s: %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as line
      from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n' order by 1`;
    const options = await sql`
      select relname || ' ' || array_to_string(reloptions, ', ') as line
      from pg_class where reloptions is not null and relnamespace = 'public'::regnamespace order by 1`;
    await sql.end();
    await database.drop();

    const lines = [columns, stored, indexes, constraints, options].map((rows) =>
      rows.map(({ line }) => line),
    );
    expect(lines.map((part) => part.join('\n')).join('\n\n')).toMatchSnapshot();
  });
});
