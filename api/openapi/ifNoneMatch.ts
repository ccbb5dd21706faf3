/** The header with which a client asks whether what it has is still right. `content` is what it has, such as “page”. */
export const ifNoneMatchParameter = (content: string) =>
  ({
    name: 'If-None-Match',
    in: 'header',
    required: false,
    description: `The \`ETag\` of the ${content} that the client has.`,
    schema: { type: 'string' },
  }) as const;

/** The response to it if nothing has changed. */
export const notModified = {
  description: 'The client has it already, as its `If-None-Match` says.',
  headers: ['etag'],
} as const;
