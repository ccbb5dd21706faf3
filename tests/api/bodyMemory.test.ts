import { heapStats } from 'bun:jsc';
import { expect, test } from 'bun:test';
import { admitBody, readBytes } from '../../api/http/body.ts';
import { createBodyGate, defaultBodyLimits } from '../../api/http/bodyGate.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

const countByteArrays = (): number => {
  Bun.gc(true);
  return heapStats().objectTypeCounts.Uint8Array ?? 0;
};

test('The bytes of a small body are not kept while its request waits', async () => {
  const gate = createBodyGate(createManualTimer(createTestWorld()), defaultBodyLimits);
  const body = JSON.stringify({ orderIds: [] });
  const headers = { 'content-length': String(body.length) };
  const requests = Array.from(
    { length: 300 },
    () => new Request('http://localhost/checkouts', { method: 'POST', headers, body }),
  );
  const before = countByteArrays();
  for (const request of requests) {
    expect(admitBody(gate, request)).toBeNull();
    expect((await readBytes(request)).map(({ length }) => length)._unsafeUnwrap()).toBe(body.length);
  }
  expect(countByteArrays() - before).toBeLessThan(30);
  expect(requests).toHaveLength(300);
});
