import { eventSchemaPath } from '../../core/eventBody.ts';
import { eventComponents, shownEventTypes } from '../render/event.ts';
import type { AsyncApi } from './asyncApi.ts';
import { asyncApiParts } from './asyncApiParts.ts';
import { eventGuides } from './eventGuides.ts';
import { cloudEventSampleOf, eventSampleOf } from './eventSamples.ts';
import { eventSchemas } from './eventSchemas.ts';
import { escapeHtml, layout } from './problemPages.ts';
import { isRecord } from './record.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A field as the page lists it. Fields of an object without its own name follow as `product.id` and the like. */
type Field = { readonly name: string; readonly type: string; readonly description: string };

/** Words between backticks are code. */
const textHtml = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const nameOfReference = (schema: Schema): string | null =>
  typeof schema.$ref === 'string' ? (schema.$ref.split('/').at(-1) ?? null) : null;

const recordsIn = (value: unknown): readonly Schema[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** The type of a field as HTML. A schema with a name is a link to its fields. */
const typeOf = (schema: Schema): string => {
  const name = nameOfReference(schema);
  if (name !== null) return `<a href="#${name}">${name}</a>`;
  const options = recordsIn(schema.anyOf);
  if (options.length > 0) return options.map(typeOf).join(' or ');
  if (schema.const !== undefined) return `<code>${escapeHtml(JSON.stringify(schema.const))}</code>`;
  if (Array.isArray(schema.enum))
    return schema.enum.map((word) => `<code>${escapeHtml(String(word))}</code>`).join(' ');
  if (schema.type === 'array' && isRecord(schema.items)) return `array of ${typeOf(schema.items)}`;
  const types = [schema.type].flat().join(' or ');
  return typeof schema.format === 'string' ? `${types}, ${schema.format}` : types;
};

const fieldsOf = (schema: Schema, prefix = ''): readonly Field[] => {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  return Object.entries(properties)
    .filter((entry): entry is [string, Schema] => isRecord(entry[1]))
    .flatMap(([name, field]) => {
      const path = `${prefix}${name}`;
      // A list of words describes itself by its words.
      const description = Array.isArray(field.enum) ? '' : String(field.description ?? '');
      const items = isRecord(field.items) ? fieldsOf(field.items, `${path}[].`) : [];
      return [{ name: path, type: typeOf(field), description }, ...fieldsOf(field, `${path}.`), ...items];
    });
};

/** Terms and what they mean, as HTML. Unlike a table, a list fits on a phone. */
const list = (entries: readonly (readonly [term: string, meaning: string])[]): string =>
  `<dl>
${entries.map(([term, meaning]) => `<dt>${term}</dt><dd>${meaning}</dd>`).join('\n')}
</dl>`;

const fieldList = (schema: unknown): string =>
  list(
    fieldsOf(isRecord(schema) ? schema : {}).map(({ name, type, description }) => [
      `<code>${escapeHtml(name)}</code>`,
      [type, textHtml(description)].filter(Boolean).join('<br>'),
    ]),
  );

const example = (title: string, label: string, value: unknown): string =>
  `<details><summary>${title}</summary><pre tabindex="0" role="region" aria-label="${label}"><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre></details>`;

const anchor = (type: string): string => `event-${type.replace('.', '-')}`;

const eventSection = (type: (typeof shownEventTypes)[number]): string => {
  const { title, meaning } = eventGuides[type];
  return `<section id="${anchor(type)}">
<h3><code>${type}</code></h3>
<p>${escapeHtml(title)}. ${textHtml(meaning)}</p>
<p>Schema of <code>data</code>: <a href="${eventSchemaPath(type)}">${eventSchemaPath(type)}</a></p>
${example('As a webhook', `${type} as a webhook`, eventSampleOf(type))}
${type === 'test' ? '' : example('In Kafka', `${type} in Kafka`, cloudEventSampleOf(type))}
</section>`;
};

const componentSections = (): string =>
  eventComponents
    .map(({ name }) => ({ name, schema: eventSchemas.get(name) }))
    .map(({ name, schema }) => {
      if (!isRecord(schema)) return '';
      const description =
        typeof schema.description === 'string' ? `<p>${textHtml(schema.description)}</p>\n` : '';
      return `<section id="${name}">\n<h3>${name}</h3>\n${description}${fieldList(schema)}\n</section>`;
    })
    .join('\n');

/** The same document as a page. */
export const asyncApiPage = ({ channels, info, components }: AsyncApi): string => {
  const { webhook, kafka } = asyncApiParts.messageTraits;
  return layout(
    'Events',
    `<p><a href="/docs">API reference</a> · <a href="/docs/problems">Problems</a> · <a href="/docs/asyncapi.json">This page as AsyncAPI 3</a></p>
<h1>Events</h1>
<p>${escapeHtml(asyncApiParts.lead)}</p>
<ul>
${asyncApiParts.rules.map((rule) => `<li>${textHtml(rule)}</li>`).join('\n')}
</ul>
<h2 id="members">What each event has</h2>
<p>In an event of the type <code>order.paid</code>:</p>
${fieldList(components.messages['webhook.order.paid']?.payload ?? {})}
<h2 id="webhooks">Webhooks</h2>
<p>${textHtml(channels.webhook.description)}</p>
<p>Headers:</p>
${fieldList(webhook.headers)}
<h2 id="kafka">Kafka</h2>
<p>${textHtml(channels.kafka.description)}</p>
${list([
  ['Topic', `<code>${escapeHtml(channels.kafka.address)}</code>`],
  ['Key', escapeHtml(kafka.bindings.kafka.key.description)],
  ['<code>content-type</code>', `<code>${kafka.contentType}</code>`],
  [
    'Login',
    Object.values(components.securitySchemes)
      .filter(({ type }) => type !== 'httpApiKey')
      .map(({ description }) => escapeHtml(description))
      .join(' '),
  ],
])}
<h2 id="types">Types</h2>
${list(
  shownEventTypes.map((type) => [
    `<a href="#${anchor(type)}"><code>${type}</code></a>`,
    escapeHtml(eventGuides[type].title),
  ]),
)}
${shownEventTypes.map(eventSection).join('\n')}
<h2 id="data">Data</h2>
${componentSections()}
<p>Version ${escapeHtml(info.version)}</p>`,
    '/docs/asyncapi.css',
  );
};
