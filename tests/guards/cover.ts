import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceRoot } from '../replacement.ts';
import { type Guard, isCaught } from './guard.ts';
import type { Mark } from './marks.ts';

/** A part of a file. */
type Span = { readonly file: string; readonly start: number; readonly end: number };

/** How many characters two texts have in common at their beginnings. */
const commonStart = (one: string, other: string): number => {
  let count = 0;
  while (count < Math.min(one.length, other.length) && one[count] === other[count]) count++;
  return count;
};

const reversed = (text: string): string => [...text].reverse().join('');

/** What of `find` is not in `replace` as well. The rest only says where it is. */
const changedPart = (find: string, replace: string): { readonly from: number; readonly to: number } => {
  const from = commonStart(find, replace);
  const after = commonStart(reversed(find.slice(from)), reversed(replace.slice(from)));
  return { from, to: find.length - after };
};

const startsOf = (text: string, find: string): readonly number[] => {
  const starts: number[] = [];
  for (let at = text.indexOf(find); at >= 0; at = text.indexOf(find, at + find.length)) starts.push(at);
  return starts;
};

const spansOf = (guard: Guard, sourceOf: (file: string) => string): readonly Span[] => {
  const parts = isCaught(guard)
    ? guard.replacements.map(({ file, find, replace }) => ({ file, find, ...changedPart(find, replace) }))
    : guard.places.map(({ file, find }) => ({ file, find, from: 0, to: find.length }));
  return parts.flatMap(({ file, find, from, to }) =>
    startsOf(sourceOf(file), find).map((at) => ({ file, start: at + from, end: at + to })),
  );
};

/** The marks that no guard takes out, and for which no reason is written. */
export const uncovered = (marks: readonly Mark[], guards: readonly Guard[]): readonly Mark[] => {
  const sources = new Map<string, string>();
  const sourceOf = (file: string): string => {
    const source = sources.get(file) ?? readFileSync(join(sourceRoot, file), 'utf8');
    sources.set(file, source);
    return source;
  };
  const spans = Map.groupBy(
    guards.flatMap((guard) => spansOf(guard, sourceOf)),
    ({ file }) => file,
  );
  return marks.filter(
    ({ file, start, end }) => !(spans.get(file) ?? []).some((span) => span.start < end && start < span.end),
  );
};
