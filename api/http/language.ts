/** The languages that mails are written in. */
const spoken: readonly string[] = ['vi', 'en'];

/** `en` of `en-GB`, where that is a language we write; else null. */
export const primaryLanguage = (tag: string): string | null => {
  const primary = tag.trim().split(/[-_]/)[0]?.toLowerCase() ?? '';
  return spoken.includes(primary) ? primary : null;
};

/** What an `Accept-Language` (RFC 9110) likes best of what we write; null where it names none of that. */
export const preferredLanguage = (header: string | null): string | null => {
  if (header === null) return null;
  let preferred: string | null = null;
  let best = 0;
  for (const range of header.split(',').slice(0, 16)) {
    const [tag, ...parameters] = range.split(';');
    const language = primaryLanguage(tag ?? '');
    const weight = weightOf(parameters);
    if (language !== null && weight > best) {
      preferred = language;
      best = weight;
    }
  }
  return preferred;
};

const weightOf = (parameters: readonly string[]): number => {
  const q = parameters.find((parameter) => /^\s*q\s*=/i.test(parameter));
  if (q === undefined) return 1;
  const weight = Number(q.split('=')[1]);
  return Number.isFinite(weight) ? weight : 0;
};
