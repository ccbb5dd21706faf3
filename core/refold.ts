/** Names that were folded anew in one transaction. */
export type RefoldedSlice = {
  /** The table that holds their tokens. */
  readonly part: string;
  readonly names: number;
  /** Another process or transaction has what comes next: call again later. */
  readonly isWaiting: boolean;
};

/** Where folding anew has come to: the part, and the key of its last row. */
export type RefoldPosition<Key> = { readonly version: number; readonly part: string; readonly after: Key };

/** The part to continue with, and after which row. Begins with the first part if another version has begun. */
export const continueRefold = <Key, Part extends string>(
  { version, part, after }: RefoldPosition<Key>,
  foldVersion: number,
  parts: readonly [Part, ...Part[]],
  firstKey: Key,
): { readonly part: Part; readonly after: Key } => {
  const known = version === foldVersion ? parts.find((each) => each === part) : undefined;
  return known === undefined ? { part: parts[0], after: firstKey } : { part: known, after };
};

/** The part after this one; null after the last. */
export const nextPart = <Part extends string>(parts: readonly Part[], part: Part): Part | null =>
  parts[parts.indexOf(part) + 1] ?? null;
