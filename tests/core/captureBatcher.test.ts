import { expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { createCaptureBatcher } from '../../core/captureBatcher.ts';
import type { Mail } from '../../core/mail.ts';
import type { AsyncResult } from '../../core/result.ts';
import { createTestWorld } from '../world.ts';

const mailNumber = (number: number): Mail => ({
  messageId: `<${number}@cartwright.test>`,
  checkoutId: null,
  orderIds: [],
  to: 'an@example.com',
  subject: 'Áo',
  text: 'Áo',
  html: '<p>Áo</p>',
  attachments: [],
});

/** A batcher over a store that notes the ids of each call, and answers with `answer`. */
const createNotedCalls = (answer: (mails: readonly Mail[]) => AsyncResult<unknown>) => {
  const calls: (readonly string[])[] = [];
  const send = createCaptureBatcher(async (mails) => {
    calls.push(mails.map(({ messageId }) => messageId));
    return answer(mails);
  }, createTestWorld());
  return { calls, send };
};

test('Mails that are captured at the same time are stored together', async () => {
  const { calls, send } = createNotedCalls(async () => ok(undefined));
  const mails = Array.from({ length: 100 }, (_, number) => mailNumber(number));
  const outcomes = await Promise.all(mails.map(send));
  expect(outcomes).toEqual(mails.map(() => ({ kind: 'accepted' })));
  expect(calls).toEqual([mails.map(({ messageId }) => messageId)]);
});

test('Mails that cannot be stored are deferred, with the reason', async () => {
  const { send } = createNotedCalls(async () => err({ kind: 'unavailable', reason: 'the disk is full' }));
  const outcomes = await Promise.all([1, 2].map((number) => send(mailNumber(number))));
  expect(outcomes).toEqual([1, 2].map(() => ({ kind: 'deferred', reason: 'the disk is full' })));
});

test('A mail whose storing throws fails alone', async () => {
  const { calls, send } = createNotedCalls(async (mails) => {
    if (mails.some(({ messageId }) => messageId === '<2@cartwright.test>')) throw new Error('a bad mail');
    return ok(undefined);
  });
  const outcomes = await Promise.allSettled([1, 2, 3].map((number) => send(mailNumber(number))));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(calls).toHaveLength(4);
});
