export type Reply = { readonly status: number; readonly headers: Headers; readonly body: unknown };

export const replyOf = async (response: Response): Promise<Reply> => {
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
};

export const expectStatus = (reply: Reply, status: number): Reply => {
  if (reply.status === status) return reply;
  throw new Error(`expected ${status}, got ${reply.status}: ${JSON.stringify(reply.body)}`);
};

/** Status and problem code of a problem response, such as `404 not_found`. Throws for any other response. */
export const codeOf = (reply: Reply): string => {
  if (reply.headers.get('content-type') !== 'application/problem+json') {
    throw new Error(`expected a problem, got ${reply.status}: ${JSON.stringify(reply.body)}`);
  }
  return `${reply.status} ${textAt(reply, 'code')}`;
};

/** The paths of the errors of a `validation_failed` problem. */
export const pathsOf = (reply: Reply): readonly string[] => {
  const errors = valueAt(reply.body, 'errors');
  return Array.isArray(errors) ? errors.map((error) => textAt({ body: error }, 'path')) : [];
};

export const pageOf = async (
  pending: Promise<Reply>,
): Promise<{ readonly items: readonly unknown[]; readonly next: string | null }> => {
  const { body } = expectStatus(await pending, 200);
  const items = valueAt(body, 'items');
  const next = valueAt(body, 'nextCursor');
  if (!Array.isArray(items)) throw new Error(`there are no items in ${JSON.stringify(body)}`);
  return { items, next: typeof next === 'string' ? next : null };
};

export const textAt = ({ body }: { readonly body: unknown }, ...path: readonly string[]): string => {
  const value = path.reduce(valueAt, body);
  if (typeof value === 'string') return value;
  throw new Error(`there is no text at ${path.join('.')} in ${JSON.stringify(body)}`);
};

export const valueAt = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
