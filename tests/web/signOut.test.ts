import { expect, test } from 'bun:test';
import { createSignOut, knownName, sessionMarkName } from '../../web/shared/session.ts';

test('A sign-out forgets who was known before other windows ask again', async () => {
  const written: string[] = [];
  const shared = {
    get: () => null,
    names: () => [],
    set: (name: string) => void written.push(`set ${name}`),
    remove: (name: string) => void written.push(`remove ${name}`),
  };
  const closeSession = async () =>
    ({ kind: 'ok', value: undefined, status: 204, requestId: 'r', replayed: false }) as const;
  await createSignOut({ shared, newId: () => 'id', api: { closeSession } })();
  expect(written).toEqual([`set ${sessionMarkName}`, `remove ${knownName}`, `set ${sessionMarkName}`]);
});
