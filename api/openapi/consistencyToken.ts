type Response = { readonly headers?: object };
type Detail = {
  readonly parameters: readonly object[];
  readonly responses: Readonly<Record<string, Response>>;
};

const name = 'Consistency-Token';

const header = {
  description:
    'On PostgreSQL: opaque. A read that sends it back sees what this command has written, whichever process and replica answers.',
  schema: { type: 'string' },
};

const parameter = {
  name,
  in: 'header',
  required: false,
  description:
    'The token of an earlier command: the answer has what that command wrote. One that cannot be read is ignored.',
  schema: { type: 'string' },
};

/** The answers that have a token. A refusal may also depend on what a replica does not have yet. */
const withToken = /^(?:2\d\d|402|404|409|422)$/;

/** Adds the token to an operation: commands give it, and reads of the database take it. */
export const describeConsistency = <D extends Detail>(method: string, path: string, detail: D): D => {
  if (method === 'GET')
    return readsNothing.test(path) ? detail : { ...detail, parameters: [...detail.parameters, parameter] };
  const responses = Object.entries(detail.responses).map(([status, response]) => [
    status,
    withToken.test(status) && !('$ref' in response)
      ? { ...response, headers: { ...response.headers, [name]: header } }
      : response,
  ]);
  return { ...detail, responses: Object.fromEntries(responses) };
};

const readsNothing = /^\/(?:health|docs|metrics|live|session|favicon\.ico|checkouts\/options)(?:\/|$)/;
