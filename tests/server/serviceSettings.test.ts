import { describe, expect, test } from 'bun:test';
import { readConfig } from '../../server/config.ts';
import { openStepServices } from '../../server/wiring.ts';
import { createTestLog } from '../worker/harness.ts';
import { createTestWorld } from '../world.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const carrier = { SHIPMENT_SERVICE_URL: 'https://carrier.example/shipments', SERVICE_SECRET: secret };

describe('The settings of step services', () => {
  test('Each URL is that of its service, and one secret signs for all', () => {
    const all = {
      ...carrier,
      INVOICE_SERVICE_URL: 'http://invoices.internal:8080/',
      PRODUCT_SERVICE_URL: 'https://products.example/steps?tenant=1',
    };
    expect(readConfig(all)._unsafeUnwrap().stepServices).toEqual({
      secret,
      urls: {
        carrier: 'https://carrier.example/shipments',
        invoice_service: 'http://invoices.internal:8080/',
        product_service: 'https://products.example/steps?tenant=1',
      },
    });
    expect(readConfig(carrier)._unsafeUnwrap().stepServices?.urls).toEqual({
      carrier: 'https://carrier.example/shipments',
    });
  });

  test('Without a URL the secret has no effect', () => {
    expect(readConfig({ SERVICE_SECRET: secret })._unsafeUnwrap().stepServices).toBeNull();
  });

  test.each(['SHIPMENT_SERVICE_URL', 'INVOICE_SERVICE_URL', 'PRODUCT_SERVICE_URL'])(
    '%s without a secret is refused',
    (name) => {
      const errors = readConfig({ [name]: 'https://x.example' })._unsafeUnwrapErr();
      expect(errors).toEqual([
        `SERVICE_SECRET is not set, but ${name} needs it: requests are signed with it`,
      ]);
    },
  );

  test.each([
    'carrier.example',
    'ftp://carrier.example',
    'https://',
    'https://shop:hunter2@carrier.example',
    'https://hunter2@carrier.example',
  ])('The URL %s is refused, and its error shows no password', (url) => {
    const errors = readConfig({ ...carrier, SHIPMENT_SERVICE_URL: url })._unsafeUnwrapErr();
    expect(errors).toEqual([expect.stringMatching(/^SHIPMENT_SERVICE_URL .*: write a URL like https:/)]);
    expect(errors.join()).not.toContain('hunter2');
  });

  test.each([
    ['no prefix', Buffer.alloc(32).toString('base64')],
    ['no base64', 'whsec_hunter2!'],
    ['23 bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['65 bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['missing padding', `whsec_${Buffer.alloc(32).toString('base64').replace('=', '')}`],
  ])('A secret with %s is refused, and its error does not show it', (_, wrong) => {
    const errors = readConfig({ ...carrier, SERVICE_SECRET: wrong })._unsafeUnwrapErr();
    expect(errors).toEqual([expect.stringMatching(/^SERVICE_SECRET has the wrong form: write whsec_/)]);
    expect(errors.join()).not.toContain(wrong);
  });

  test('A secret of 24 or 64 bytes is accepted', () => {
    for (const bytes of [24, 64]) {
      const accepted = `whsec_${Buffer.alloc(bytes).toString('base64')}`;
      expect(readConfig({ ...carrier, SERVICE_SECRET: accepted })._unsafeUnwrap().stepServices?.secret).toBe(
        accepted,
      );
    }
  });

  test('Production warns of requests that pass a network as clear text', async () => {
    const warned = async (url: string, production: boolean) => {
      const { log, logLines } = createTestLog();
      const stepServices = { urls: { carrier: url }, secret };
      const { available } = await openStepServices(createTestWorld(), { stepServices, production }, log);
      expect(available).toEqual(['carrier']);
      return logLines.length;
    };
    expect(await warned('http://carrier.example', true)).toBe(1);
    expect(await warned('http://carrier.example', false)).toBe(0);
    expect(await warned('https://carrier.example', true)).toBe(0);
    expect(await warned('http://127.0.0.1:4000', true)).toBe(0);
  });
});
