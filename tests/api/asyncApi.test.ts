import { describe, expect, test } from 'bun:test';
import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { shownEventTypes } from '../../api/render/event.ts';
import { eventTypes } from '../../core/event.ts';
import { codeOf, expectStatus } from './reply.ts';
import { createTestApi } from './testApi.ts';

type Message = {
  readonly name: string;
  readonly payload: { readonly required: readonly string[] };
  readonly examples: readonly [{ readonly payload: Readonly<Record<string, unknown>> }];
};
type Document = {
  readonly channels: Readonly<Record<string, { address: string | null; messages: Record<string, object> }>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, object>>;
  };
};

const json = { headers: { accept: 'application/json' } };

const textOf = async (changes: Parameters<typeof createTestApi>[0] = {}): Promise<string> => {
  const reply = expectStatus(await createTestApi(changes).call('GET', '/docs/asyncapi', json), 200);
  return JSON.stringify(reply.body);
};
const documentOf = async (changes?: Parameters<typeof createTestApi>[0]): Promise<Document> =>
  JSON.parse(await textOf(changes));

const createAjv = () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv;
};

describe('The AsyncAPI document', () => {
  const faultsOf = async (text: string) =>
    (await new Parser().parse(text)).diagnostics
      // 3.1 adds nothing that we use, and fewer tools read it.
      .filter(({ code }) => code !== 'asyncapi-latest-version')
      .map(({ code, path, message }) => `${code} ${path.join('/')}: ${message}`);

  test('The official parser finds nothing wrong with the document', async () => {
    expect(await faultsOf(await textOf())).toEqual([]);
  }, 600_000);

  test('The official parser does find what is wrong', async () => {
    const text = await textOf();
    expect(await faultsOf(text.replace('"action":"send"', '"action":"tell"'))).not.toEqual([]);
    expect(await faultsOf(text.replace('#/components/schemas/EventOrder', '#/none'))).not.toEqual([]);
  }, 600_000);

  test('Kafka has a message of each type, and webhooks have one more for tests', async () => {
    const { channels } = await documentOf();
    expect(Object.keys(channels.kafka?.messages ?? {}).sort()).toEqual([...eventTypes].sort());
    expect(Object.keys(channels.webhook?.messages ?? {}).sort()).toEqual([...eventTypes, 'test'].sort());
  });

  test('The address of the channel is the topic of the settings', async () => {
    expect((await documentOf()).channels.kafka?.address).toBe('cartwright.orders');
    const other = await documentOf({ kafkaTopic: 'shop.events', ownApp: true });
    expect(other.channels.kafka?.address).toBe('shop.events');
  });

  test('Schemas that the HTTP API has too are the same there', async () => {
    const { components } = await documentOf();
    const { body } = await createTestApi().call('GET', '/docs/json');
    const { schemas } = (body as Document).components;
    for (const name of ['Order', 'Money']) expect(components.schemas[name]).toEqual(schemas[name]);
  });

  test('Each example is valid, and is not without one of its fields', async () => {
    const { components } = await documentOf();
    const ajv = createAjv().addSchema({ $id: 'http://localhost/', components });
    for (const [name, { payload, examples }] of Object.entries(components.messages)) {
      const text = JSON.stringify(payload).replaceAll('"#/', '"http://localhost/#/');
      const validate = ajv.compile(JSON.parse(text));
      const [{ payload: example }] = examples;
      expect([name, validate(example), validate.errors]).toEqual([name, true, null]);
      expect([...payload.required].sort()).toEqual(Object.keys(example).sort());
      for (const field of payload.required)
        expect([name, field, validate({ ...example, [field]: undefined })]).toEqual([name, field, false]);
    }
  });

  test('The document names no e-mail', async () => {
    expect(await textOf()).not.toMatch(/@|"email"/);
  });
});

describe('The schema of an event', () => {
  test.each(shownEventTypes)('The dataschema of %s is served to anyone, and fits its data', async (type) => {
    const { call } = createTestApi();
    const { components } = await documentOf();
    for (const form of type === 'test' ? ['webhook'] : ['webhook', 'kafka']) {
      const example = components.messages[`${form}.${type}`]?.examples[0].payload;
      const path = String(example?.dataschema).replace(/^cartwright:/, '');
      const reply = expectStatus(await call('GET', path), 200);
      expect(reply.headers.get('content-type')).toBe('application/schema+json');
      expect(reply.headers.get('cache-control')).toBe('public, max-age=86400');
      const schema = reply.body as { readonly $id: string };
      expect(schema).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: path,
      });
      const validate = createAjv().compile(schema);
      const data = example?.data as Readonly<Record<string, object>>;
      expect(validate(data)).toBe(true);
      const [[name = '', value = {}] = []] = Object.entries(data);
      if (type === 'test') continue;
      expect(validate({ [name]: { ...value, discount: 1 }, shop: 'a' })).toBe(true);
      for (const field of Object.keys(value))
        expect([field, validate({ [name]: { ...value, [field]: undefined } })]).toEqual([field, false]);
    }
  });

  test.each([
    ['order.paid/v2'],
    ['order.paid/1'],
    ['order.unknown/v1'],
    ['toString/v1'],
    ['order.paid/..%2fv1'],
  ])('There is no schema %s', async (path) => {
    expect(codeOf(await createTestApi().call('GET', `/docs/events/${path}`))).toBe('404 not_found');
  });

  test('Pages of allowed origins can read the schemas and the document', async () => {
    const api = createTestApi({ corsOrigins: ['https://partner.example'] });
    const headers = { origin: 'https://partner.example' };
    for (const path of ['/docs/events/order.paid/v1', '/docs/asyncapi', '/docs/asyncapi.json']) {
      const reply = expectStatus(await api.call('GET', path, { headers }), 200);
      expect(reply.headers.get('access-control-allow-origin')).toBe('https://partner.example');
      expect(reply.headers.get('vary')).toBe(path === '/docs/asyncapi' ? 'Origin, Accept' : 'Origin');
    }
  });
});

describe('The page of the events', () => {
  test.each([
    [undefined, 'text/html'],
    ['*/*', 'text/html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['text/html;q=0.9, application/json;q=0.8', 'text/html'],
    ['application/json;q=0, */*', 'text/html'],
    ['image/png', 'text/html'],
    ['application/json', 'application/json'],
    ['Application/JSON; charset=utf-8', 'application/json'],
    ['application/json, text/plain, */*', 'application/json'],
    ['application/*', 'application/json'],
    ['text/html;q=0.5, application/json', 'application/json'],
  ])('A client that accepts %p gets %s', async (accept, type) => {
    const { call } = createTestApi();
    const reply = await call('GET', '/docs/asyncapi', accept === undefined ? {} : { headers: { accept } });
    expect(expectStatus(reply, 200).headers.get('content-type')?.split(';')[0]).toBe(type);
    expect(reply.headers.get('vary')).toBe('Accept');
  });

  test('The document has an address of its own, for clients that send no Accept', async () => {
    const { body } = expectStatus(await createTestApi().call('GET', '/docs/asyncapi.json'), 200);
    expect(JSON.stringify(body)).toBe(await textOf());
  });

  test.each(['all', 'checkout', 'read'] as const)(
    'The role %s serves the page and the schemas',
    async (role) => {
      const { call } = createTestApi({ role });
      for (const path of ['/docs/asyncapi', '/docs/asyncapi.json', '/docs/events/order.paid/v1'])
        for (const method of ['GET', 'HEAD']) expectStatus(await call(method, path), 200);
    },
  );

  test('The page needs no script and no other host, and each of its links leads somewhere', async () => {
    const { call } = createTestApi();
    const page = expectStatus(await call('GET', '/docs/asyncapi'), 200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'self'");
    const html = String(page.body);
    expect(html).not.toMatch(/https?:|<script|\son\w+=|style=/);
    const links = new Set([...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) => link));
    for (const link of links)
      if (link.startsWith('#')) expect(html).toContain(`id="${link.slice(1)}"`);
      else expect([link, (await call('GET', link)).status]).toEqual([link, 200]);
    expect([...links].filter((link) => link.startsWith('/docs/events/'))).toHaveLength(
      shownEventTypes.length,
    );
  });
});
