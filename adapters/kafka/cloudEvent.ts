import type { LeasedEvent } from '../../core/relay.ts';

/** The `content-type` of a CloudEvent in structured mode. */
export const cloudEventType = 'application/cloudevents+json; charset=UTF-8';

/**
 * An event as CloudEvents 1.0 in structured JSON. Its attributes and its data are those of the stored body, so that every
 * receiver hears the same. `sequence` is an extension: the order of the events of one subject.
 */
export const cloudEventOf = ({ body }: Pick<LeasedEvent, 'body'>): string => {
  const { data, dataschema, ...attributes }: StoredBody = JSON.parse(body);
  return JSON.stringify({
    specversion: '1.0',
    source,
    ...attributes,
    datacontenttype: 'application/json',
    // CloudEvents wants an absolute URI, and the shop does not know its own address: what follows the scheme is the path
    // at the API of the shop.
    dataschema: dataschema.startsWith('/') ? `${scheme}${dataschema}` : dataschema,
    data,
  });
};

type StoredBody = Readonly<Record<string, unknown>> & { readonly dataschema: string };

const scheme = 'cartwright:';
const source = `${scheme}/orders`;
