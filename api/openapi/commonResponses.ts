import { problemJson } from '../render/problem.ts';
import { problemGuides } from './problemGuides.ts';
import { requestId } from './samples.ts';

type Common = {
  readonly name: string;
  readonly description: string;
  readonly header?: readonly [string, string];
};

/** The answers that any request can get, whatever its operation, by the code of their problem. */
const common: Readonly<Record<string, Common>> = {
  method_not_allowed: {
    name: 'MethodNotAllowed',
    description: 'The path does not have the method of the request.',
    header: ['Allow', 'The methods that the path has.'],
  },
  rate_limited: {
    name: 'RateLimited',
    description: 'Too many attempts in a short time. A gateway in front of the API may answer so too.',
    header: ['Retry-After', 'Seconds to wait before the next attempt.'],
  },
};

const entries = Object.entries(common).flatMap(([code, one]) => {
  const guide = problemGuides[code];
  return guide === undefined ? [] : [{ code, guide, ...one }];
});

const responseOf = ({ code, guide, description, header }: (typeof entries)[number]) => ({
  description: `\`${code}\`: ${description}`,
  headers: {
    'X-Request-ID': { description: 'The request id.', schema: { type: 'string' } },
    ...(header === undefined ? {} : { [header[0]]: { description: header[1], schema: { type: 'string' } } }),
  },
  content: {
    'application/problem+json': {
      schema: problemJson.ref,
      example: {
        type: `/docs/problems/${code}`,
        title: guide.title,
        status: guide.status,
        detail: guide.meaning,
        instance: requestId,
        code,
      },
    },
  },
});

/** `components.responses` of the document. */
export const commonResponses = () =>
  Object.fromEntries(entries.map((entry) => [entry.name, responseOf(entry)]));

/** References to them, by status. An operation that knows more about one of them replaces it. */
export const commonReferences: Readonly<Record<string, object>> = Object.fromEntries(
  entries.map(({ guide, name }) => [guide.status, { $ref: `#/components/responses/${name}` }]),
);
