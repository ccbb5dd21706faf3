import { join } from 'node:path';
import { run } from './run.ts';

const oasdiff = 'github.com/oasdiff/oasdiff@v1.37.0';

/**
 * Adds what a new release may add at any time to a copy of the document, and asks oasdiff what of it would break a
 * client: a product type (with its pipeline) in requests and responses, and a field in each response object. Throws if
 * there is something. It also shows that oasdiff does see a break.
 */
export const checkCompatibility = async (path: string, folder: string): Promise<string> => {
  const text = await Bun.file(path).text();
  const wider = join(folder, 'wider.json');
  let lists = 0;
  const document = JSON.parse(text, (key, value) => {
    if (!/^(?:x-extensible-)?enum$/.test(key) || !value.includes('physical')) return value;
    lists++;
    return [...value, 'membership'];
  });
  if (lists === 0) throw new Error('the document lists no product types');
  const schemas: Record<string, { properties?: object }> = document.components.schemas;
  for (const schema of Object.values(schemas))
    if (schema.properties !== undefined) Object.assign(schema.properties, { addedLater: { type: 'string' } });
  await Bun.write(wider, JSON.stringify(document));

  await run(['go', 'install', oasdiff], { env: { GOBIN: folder } });
  const compare = (next: string) =>
    run([join(folder, 'oasdiff'), 'breaking', '--fail-on', 'WARN', path, next]);
  await compare(wider);

  const narrower = join(folder, 'narrower.json');
  delete document.components.schemas.Order.properties.total;
  document.components.schemas.Order.required = ['id'];
  await Bun.write(narrower, JSON.stringify(document));
  const isSeen = await compare(narrower).then(
    () => false,
    () => true,
  );
  if (!isSeen) throw new Error('oasdiff does not see that a field is missing');
  return 'a new product type and new response fields break no client';
};
