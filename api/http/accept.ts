/** How much a client wants a media type, by its `Accept` header (RFC 9110): the most specific part that fits decides. */
const wish = (parts: readonly Part[], type: string) => {
  const names = [type, type.replace(/\/.*/, '/*'), '*/*'];
  const found = names
    .map((name, index) => ({
      part: parts.find((each) => each.type === name),
      specificity: names.length - index,
    }))
    .find(({ part }) => part !== undefined);
  return { quality: found?.part?.quality ?? 0, specificity: found?.specificity ?? 0 };
};

type Part = { readonly type: string; readonly quality: number };

const partsOf = (accept: string): readonly Part[] =>
  accept
    .toLowerCase()
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((each) => each.trim());
      const quality = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1);
      return { type, quality: Number.isNaN(quality) ? 0 : quality };
    });

/** True if the client wants JSON more than a page: it prefers it, or names it while a page is only one of all types. */
export const prefersJson = (accept: string | null): boolean => {
  const parts = partsOf(accept ?? '');
  const json = wish(parts, 'application/json');
  const page = wish(parts, 'text/html');
  if (json.quality !== page.quality) return json.quality > page.quality;
  return json.quality > 0 && json.specificity > page.specificity;
};
