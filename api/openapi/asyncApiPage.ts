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

/** A row of a table of fields. Fields of objects that have no name of their own follow as `product.id` and the like. */
type Field = { readonly name: string; readonly type: string; readonly description: string };

const nameOfReference = (schema: Schema): string | null =>
  typeof schema.$ref === 'string' ? (schema.$ref.split('/').at(-1) ?? null) : null;

const recordsIn = (value: unknown): readonly Schema[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** The type of a field as HTML. A schema with a name is a link to its table. */
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

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<div class="scroll"><table>
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}
</tbody>
</table></div>`;

const fieldTable = (schema: Schema): string =>
  table(
    ['Field', 'Type', 'Meaning'],
    fieldsOf(schema).map(({ name, type, description }) => [
      `<code>${escapeHtml(name)}</code>`,
      type,
      escapeHtml(description),
    ]),
  );

const example = (title: string, value: unknown): string =>
  `<details><summary>${title}</summary><pre><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre></details>`;

const anchor = (type: string): string => `event-${type.replace('.', '-')}`;

const eventSection = (type: (typeof shownEventTypes)[number]): string => {
  const { title, meaning } = eventGuides[type];
  return `<section id="${anchor(type)}">
<h3><code>${type}</code></h3>
<p>${escapeHtml(title)}. ${escapeHtml(meaning)}</p>
<p>Schema of <code>data</code>: <a href="${eventSchemaPath(type)}">${eventSchemaPath(type)}</a></p>
${example('As a webhook', eventSampleOf(type))}
${type === 'test' ? '' : example('In Kafka', cloudEventSampleOf(type))}
</section>`;
};

const componentSections = (): string =>
  eventComponents
    .map(({ name }) => ({ name, schema: eventSchemas.get(name) }))
    .map(({ name, schema }) => {
      if (!isRecord(schema)) return '';
      const description =
        typeof schema.description === 'string' ? `<p>${escapeHtml(schema.description)}</p>\n` : '';
      return `<section id="${name}">\n<h3>${name}</h3>\n${description}${fieldTable(schema)}\n</section>`;
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
${asyncApiParts.rules.map((rule) => `<li>${escapeHtml(rule)}</li>`).join('\n')}
</ul>
<h2 id="webhooks">Webhooks</h2>
<p>${escapeHtml(channels.webhook.description)}</p>
${fieldTable(webhook.headers)}
<h2 id="kafka">Kafka</h2>
<p>${escapeHtml(channels.kafka.description)}</p>
${table(
  ['What', 'Value'],
  [
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
  ],
)}
<h2 id="types">Types</h2>
${table(
  ['Type', 'When'],
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
