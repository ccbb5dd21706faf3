/** The languages of our mails. */
const mailLanguages: readonly string[] = ['vi', 'en'];

/** The primary part of a language tag (`en` of `en-GB`), or null if mails are not written in that language. */
export const primaryLanguage = (tag: string): string | null => {
  const primary = tag.trim().split(/[-_]/)[0]?.toLowerCase() ?? '';
  return mailLanguages.includes(primary) ? primary : null;
};

/** The preferred mail language of an `Accept-Language` header (RFC 9110), or null if it names none of ours. */
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
