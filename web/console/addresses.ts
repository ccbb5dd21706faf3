import { queryOf } from '../shared/query.ts';

export const homePath = '/console';
export const signInPagePath = '/console/sign-in';
/** `back` is the page to return to. */
export const signInPath = (back: string): string =>
  signInPagePath + queryOf({ back: back.startsWith(signInPagePath) ? null : back });

/** These addresses stay in this document. The gallery of the parts is a document of its own. */
export const consoleScope = /^\/console(?=$|[/?#])(?!\/parts(?:$|[/?#]))/;

export type Params = Readonly<Record<string, string>>;

/** What is in `path` at the places of the pattern, such as `{ id }` of `/console/orders/:id`. Null if it is another. */
export const matchPath = (pattern: string, path: string): Params | null => {
  const expected = pattern.split('/');
  const found = path.split('/');
  if (found.length !== expected.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const text = found[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== text) return null;
      continue;
    }
    const value = decoded(text);
    if (value === null || value === '') return null;
    params[part.slice(1)] = value;
  }
  return params;
};

/** Null for text that nobody could have got from us. */
const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};
