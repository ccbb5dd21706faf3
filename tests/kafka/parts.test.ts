import { describe, expect, test } from 'bun:test';
import { sendInParts } from '../../adapters/kafka/parts.ts';
import type { LeasedEvent } from '../../core/relay.ts';

const event = (subject: string, sequence: number, bytes = 400 * 1_024): LeasedEvent => ({
  ...{ kind: 'order', subject, sequence, type: 'order.step', atMs: 0 },
  ...{ id: `${subject}-${sequence}`, body: 'x'.repeat(bytes), attempts: 0, lease: 1 },
});

const send = async (events: readonly LeasedEvent[], fails: string, isOfRecords: boolean) => {
  const sent: string[][] = [];
  const outcomes = await sendInParts(events, async (part) => {
    sent.push(part.map(({ id }) => id));
    return part.some(({ id }) => id === fails) ? { error: 'refused', isOfRecords } : null;
  });
  return { sent, errors: outcomes.map(({ error }) => error) };
};

describe('The parts of a batch for Kafka', () => {
  test('Small events go together, and no part is larger than a broker takes', async () => {
    const events = [event('a', 1, 10), event('a', 2, 10), event('b', 1), event('c', 1)];
    expect(await send(events, '', false)).toEqual({
      sent: [['a-1', 'a-2', 'b-1'], ['c-1']],
      errors: [null, null, null, null],
    });
  });

  test('After an event that the broker refuses, no later one of its subject is sent, and others are', async () => {
    const events = [event('a', 1), event('a', 2), event('b', 1), event('a', 3, 10)];
    expect(await send(events, 'a-1', true)).toEqual({
      sent: [['a-1'], ['b-1']],
      errors: ['refused', 'refused', null, 'refused'],
    });
  });

  test('After a part that fails for another reason nothing more is sent', async () => {
    const events = [event('a', 1), event('b', 1), event('c', 1)];
    expect(await send(events, 'b-1', false)).toEqual({
      sent: [['a-1'], ['b-1']],
      errors: [null, 'refused', 'refused'],
    });
  });
});
