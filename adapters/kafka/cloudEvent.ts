import type { LeasedEvent } from '../../core/relay.ts';

/** The `content-type` of a CloudEvent in structured mode. */
export const cloudEventType = 'application/cloudevents+json; charset=UTF-8';

/**
 * An event as CloudEvents 1.0 in structured JSON. Its attributes and its data are those of the body, so that all receivers
 * get the same. `sequence` is an extension: the order of the events of one subject. The envelope is put around the text
 * of the body: to parse it and write it anew takes four times as long.
 */
export const cloudEventOf = ({ body }: Pick<LeasedEvent, 'body'>): string => {
  // No attribute before it has a quotation mark in its value, so the first such text is the attribute.
  const start = body.indexOf(schemaKey);
  if (!body.startsWith('{') || start < 0) throw new Error('the body of an event has no dataschema');
  const value = start + schemaKey.length;
  // CloudEvents wants an absolute URI, and the shop does not know its own address: what follows the scheme is the path
  // at the API of the shop.
  const prefix = body[value] === '/' ? scheme : '';
  return `${opening}${body.slice(1, start)}${contentType}${schemaKey}${prefix}${body.slice(value)}`;
};

const scheme = 'cartwright:';
const schemaKey = ',"dataschema":"';
const contentType = ',"datacontenttype":"application/json"';
const opening = `{"specversion":"1.0","source":"${scheme}/orders",`;
