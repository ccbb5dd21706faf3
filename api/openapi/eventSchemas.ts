import { eventSchemaPath } from '../../core/eventBody.ts';
import { eventComponents, eventDataJson, type ShownEventType } from '../render/event.ts';
import { eventGuides } from './eventGuides.ts';
import { publish } from './publish.ts';
import { usedSchemas } from './usedSchemas.ts';

/** The components of events, as documents show them: open, as all that the shop sends. */
export const eventSchemas: ReadonlyMap<string, unknown> = new Map(
  eventComponents.map(({ name, schema }) => [name, publish(schema, 'response')]),
);

/** The JSON Schema of the `data` of an event, which the `dataschema` of the event leads to. It is complete by itself. */
export const eventSchemaOf = (type: ShownEventType): string => {
  const data = publish(eventDataJson(type), 'response');
  const { title, meaning } = eventGuides[type];
  return JSON.stringify({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: eventSchemaPath(type),
    title,
    $comment:
      'Readers take fields and words that they do not know. A change that breaks a reader gets a new version.',
    ...(data as object),
    description: meaning,
    $defs: usedSchemas(eventSchemas, data),
  }).replaceAll('"#/components/schemas/', '"#/$defs/');
};
