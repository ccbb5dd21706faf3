/** The word of a name that may be newer than this page. Undefined if there is none. */
export const wordOf = <Word>(words: Readonly<Record<string, Word>>, name: string): Word | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined;

/** A name of the API as people read it: `quality_checked` is “quality checked”. */
export const readable = (name: string): string => name.replaceAll('_', ' ');
