import { expect, test } from 'bun:test';
import { Buffer } from 'node:buffer';
import { compatibilityPartitioner } from '@platformatic/kafka';
import fc from 'fast-check';
import { partitionHash } from '../../adapters/kafka/partitionHash.ts';

test('The hash of a key is the one by which the client chooses the partitions of Java', () => {
  const message = { topic: 'orders', value: Buffer.of() };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      const key = Buffer.from(bytes);
      expect(partitionHash(key)).toBe(compatibilityPartitioner(message, key));
    }),
  );
});

test('A key has the partition that a client of Java gives it', () => {
  // What `Utils.toPositive(Utils.murmur2(key)) % 6` of Kafka's own client makes of it.
  expect(partitionHash(Buffer.from('21'))).toBe(-973932308 & 0x7fffffff);
  expect(partitionHash(Buffer.from('foobar'))).toBe(-790332482 & 0x7fffffff);
});
