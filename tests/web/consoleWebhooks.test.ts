import { describe, expect, test } from 'bun:test';
import { deliveryOutcomes as outcomesOfCore } from '../../core/delivery.ts';
import { eventTypes as typesOfCore } from '../../core/event.ts';
import { targetPath } from '../../web/console/records/activityAddress.ts';
import {
  changeOf,
  emptyForm,
  eventTypes,
  formOf,
  isAboutUrl,
  readForm,
} from '../../web/console/webhooks/endpointForm.ts';
import { eventsText, eventWord, waitingText } from '../../web/console/webhooks/eventWord.ts';
import {
  deliveriesAddress,
  deliveryOutcomes,
  readDeliveryQuestion,
} from '../../web/console/webhooks/webhookAddress.ts';
import { type Delivery, deliveryListPath, type Endpoint } from '../../web/console/webhooks/webhookApi.ts';
import {
  outcomeOfSent,
  stateOfDelivery,
  stateOfEndpoint,
  subjectPath,
} from '../../web/console/webhooks/webhookStates.ts';
import type { Refused } from '../../web/shared/outcome.ts';
import { consoleEnWebhooks } from '../../web/words/consoleEnWebhooks.ts';
import { consoleViWebhooks } from '../../web/words/consoleViWebhooks.ts';

const nowMs = Date.parse('2026-11-26T12:00:00Z');

const endpoint: Endpoint = {
  id: 'e1',
  url: 'https://erp.example.com/hooks',
  events: ['order.paid', 'order.failed'],
  paused: false,
  pauseReason: null,
  backlog: { events: 0, more: false, oldestAt: null },
  createdAt: '2026-11-26T00:00:00.000Z',
};

const delivery: Delivery = {
  id: 'd1',
  type: 'order.paid',
  subject: 'o1',
  sequence: 4,
  outcome: 'delivered',
  attempts: 1,
  responseStatus: 204,
  error: null,
  eventAt: '2026-11-26T11:00:00.000Z',
  lastAttemptAt: '2026-11-26T11:00:01.000Z',
  deliveredAt: '2026-11-26T11:00:01.000Z',
};

describe('The form of a webhook endpoint', () => {
  test('It offers each event of core once, and core has each outcome that is filtered by', () => {
    expect(eventTypes.toSorted()).toEqual([...typesOfCore].toSorted());
    expect(deliveryOutcomes.toSorted()).toEqual([...outcomesOfCore].toSorted());
  });

  test('A new endpoint hears all events until somebody chooses', () => {
    const read = readForm({ ...emptyForm, url: ' https://erp.example.com/hooks ' });
    expect(read).toEqual({
      kind: 'request',
      request: { url: 'https://erp.example.com/hooks', events: eventTypes },
    });
  });

  test.each(['', 'erp.example.com', 'ftp://erp.example.com', 'https://', 'javascript:alert(1)'])(
    'The URL “%s” is a problem at its field',
    (url) => {
      const read = readForm({ ...emptyForm, url });
      expect(read.kind === 'problems' && [...read.problems]).toEqual(['url']);
    },
  );

  test('Plain http is sent, because only the server knows whether it takes it', () => {
    expect(readForm({ ...emptyForm, url: 'http://127.0.0.1:8080/' }).kind).toBe('request');
  });

  test('Without an event nothing is sent', () => {
    const read = readForm({ url: endpoint.url, events: new Set() });
    expect(read.kind === 'problems' && [...read.problems]).toEqual(['events']);
  });

  test('A change sends what has changed alone, and a newer type of event stays', () => {
    const newer: Endpoint = { ...endpoint, events: ['order.tomorrow' as Endpoint['events'][number]] };
    const read = readForm(formOf(newer));
    if (read.kind !== 'request') throw new Error('the form is valid');
    expect(read.request.events).toEqual(newer.events);
    expect(changeOf(newer, read.request)).toEqual({});
    const { url } = endpoint;
    const events = ['order.failed', 'order.paid'] as const;
    expect(changeOf(endpoint, { url, events })).toEqual({});
    expect(changeOf(endpoint, { url: 'https://a.example/', events })).toEqual({ url: 'https://a.example/' });
    expect(changeOf(endpoint, { url, events: ['order.paid'] })).toEqual({ events: ['order.paid'] });
  });

  test('A refusal of the URL belongs to its field, and other refusals do not', () => {
    const refused = (code: string, path?: string): Refused => ({
      kind: 'problem',
      problem: {
        status: 422,
        code,
        title: '',
        detail: '',
        instance: '',
        retryAfterMs: null,
        ...(path !== undefined && { errors: [{ path, message: '' }] }),
      },
    });
    expect(isAboutUrl(refused('url_refused'))).toBe(true);
    expect(isAboutUrl(refused('validation_failed', '/url'))).toBe(true);
    expect(isAboutUrl(refused('validation_failed', '/events'))).toBe(false);
    expect(isAboutUrl(refused('unavailable'))).toBe(false);
  });
});

describe('An endpoint on the console', () => {
  const at = (secondsAgo: number) => new Date(nowMs - secondsAgo * 1_000).toISOString();

  test('It is behind once an event has waited for more than a minute', () => {
    const waiting = (secondsAgo: number): Endpoint => ({
      ...endpoint,
      backlog: { events: 1, more: false, oldestAt: at(secondsAgo) },
    });
    expect(stateOfEndpoint(endpoint, nowMs)).toBe('sending');
    expect(stateOfEndpoint(waiting(59), nowMs)).toBe('sending');
    expect(stateOfEndpoint(waiting(61), nowMs)).toBe('behind');
  });

  test('It tells a pause of an operator from one of the shop', () => {
    expect(stateOfEndpoint({ ...endpoint, paused: true }, nowMs)).toBe('paused');
    const pauseReason = 'the receiver answered 410: it wants no more events';
    expect(stateOfEndpoint({ ...endpoint, paused: true, pauseReason }, nowMs)).toBe('stopped');
  });

  test('Its address holds which deliveries are shown, and an unknown outcome is none', () => {
    const question = { outcome: 'failed', cursor: 'c' } as const;
    const { pathname, searchParams } = new URL(deliveriesAddress('e 1', question), 'http://x');
    expect(pathname).toBe('/console/webhooks/e%201');
    expect(readDeliveryQuestion(Object.fromEntries(searchParams))).toEqual(question);
    expect(readDeliveryQuestion({ outcome: 'lost' })).toEqual({ outcome: null, cursor: null });
    expect(deliveryListPath('e1', question)).toBe(
      '/webhook-endpoints/e1/deliveries?outcome=failed&cursor=c&limit=25',
    );
  });

  test('The activity of an endpoint leads to it, until it is deleted', () => {
    expect(targetPath('webhook.resend', 'e1')).toBe('/console/webhooks/e1');
    expect(targetPath('webhook.end', 'e1')).toBeNull();
  });
});

describe('A delivery on the console', () => {
  test('One that was taken before and not taken again is neither failed nor simply delivered', () => {
    expect(stateOfDelivery(delivery)).toBe('delivered');
    expect(stateOfDelivery({ ...delivery, outcome: 'failed', deliveredAt: null, error: 'x' })).toBe('failed');
    expect(stateOfDelivery({ ...delivery, responseStatus: 500, error: 'x' })).toBe('repeat_failed');
  });

  test('Its order is a link; a checkout and a test have no page', () => {
    const pathOf = (type: string) => subjectPath({ type, subject: 'o1' });
    for (const type of ['order.paid', 'refund.failed', 'payment.disputed'])
      expect(pathOf(type)).toBe('/console/orders/o1');
    expect([pathOf('checkout.declined'), pathOf('test')]).toEqual([null, null]);
  });

  test('What has come of a sent event is known only after an attempt that is newer', () => {
    const sent = { kind: 'resend', id: 'd1', attemptsBefore: 1, isAmongFailed: false } as const;
    expect(outcomeOfSent(sent, [])).toBeNull();
    expect(outcomeOfSent(sent, [delivery])).toBeNull();
    const taken = { ...delivery, attempts: 2 };
    expect(outcomeOfSent(sent, [taken])).toEqual({ isTaken: true, delivery: taken });
    // It was delivered long ago, and this attempt failed all the same.
    const refused = { ...taken, responseStatus: 500, error: 'the receiver answered 500' };
    expect(outcomeOfSent(sent, [refused])).toEqual({ isTaken: false, delivery: refused });
  });

  test('One that leaves the list of failed ones was taken', () => {
    const sent = { kind: 'resend', id: 'd1', attemptsBefore: 3, isAmongFailed: true } as const;
    const failed = { ...delivery, outcome: 'failed', attempts: 3, error: 'x' } as const;
    expect(outcomeOfSent(sent, [failed])).toBeNull();
    expect(outcomeOfSent(sent, [])).toEqual({ isTaken: true, delivery: null });
  });
});

/** Every text by its path. A function says what it is given. */
const textsOf = (value: unknown, path = ''): readonly (readonly [string, string])[] => {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(value('⟨1⟩', '⟨2⟩'))]];
  return Object.entries(value as object).flatMap(([name, inner]) => textsOf(inner, `${path}/${name}`));
};

describe.each([
  ['en', consoleEnWebhooks],
  ['vi', consoleViWebhooks],
] as const)('The words of webhooks in “%s”', (_, words) => {
  test('No text is empty, shouts, or has a space at its ends', () => {
    const texts = textsOf(words);
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter(([, text]) => text.trim() === '' || text !== text.trim())).toEqual([]);
    expect(texts.filter(([, text]) => /[!！]|\bOK\b|undefined|\[object/.test(text))).toEqual([]);
  });

  test('Every event has a word, and one that is newer is shown as it is named', () => {
    expect(Object.keys(words.events).toSorted()).toEqual([...typesOfCore, 'test'].toSorted());
    expect(eventWord(words, 'order.tomorrow')).toBe('order.tomorrow');
    expect(eventWord(words, 'toString')).toBe('toString');
  });

  test('The events of an endpoint are said in a few words', () => {
    expect(eventsText(words, eventTypes)).toBe(words.list.allEvents);
    expect(eventsText(words, ['order.paid'])).toBe(words.events['order.paid']);
    expect(eventsText(words, eventTypes.slice(0, 4)).split(', ')).toHaveLength(4);
    expect(eventsText(words, eventTypes.slice(0, 12))).toContain('9');
  });
});

test('A number of waiting events that was counted no further says that there may be more', () => {
  const text = (words: typeof consoleEnWebhooks, language: 'en' | 'vi', more: boolean) =>
    waitingText(words, { events: 100_000, more, oldestAt: null }, language);
  expect(text(consoleEnWebhooks, 'en', false)).toBe('100,000');
  expect(text(consoleEnWebhooks, 'en', true)).toBe('100,000 or more');
  expect(text(consoleViWebhooks, 'vi', true)).toBe('100.000 trở lên');
});
