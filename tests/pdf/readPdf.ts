import { getDocumentProxy } from 'unpdf';

/** One piece of text, and where its baseline begins, in points from the bottom left corner. */
type Piece = { readonly text: string; readonly x: number; readonly y: number; readonly width: number };

/** Reads a PDF with a library that has nothing to do with the one that wrote it. */
export const readPdf = async (bytes: Uint8Array) => {
  // The library takes the bytes over, so it gets a copy.
  const pdf = await getDocumentProxy(bytes.slice());
  const { info } = await pdf.getMetadata();
  const pages: (readonly Piece[])[] = [];
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const { items } = await (await pdf.getPage(number)).getTextContent();
    pages.push(items.flatMap((item) => ('str' in item && item.str !== '' ? [pieceOf(item)] : [])));
  }
  return { info, pages, texts: pages.map(textOf) };
};

const pieceOf = ({
  str,
  transform,
  width,
}: {
  str: string;
  transform: readonly number[];
  width: number;
}): Piece => ({
  text: str,
  x: transform[4] ?? 0,
  y: transform[5] ?? 0,
  width,
});

/** The lines of the page from the top, each from the left. */
const textOf = (pieces: readonly Piece[]): string => {
  const lines = Map.groupBy(pieces, ({ y }) => Math.round(y));
  return [...lines]
    .sort(([one], [other]) => other - one)
    .map(([, line]) =>
      line
        .toSorted((one, other) => one.x - other.x)
        .map(({ text, x }, index, all) => (isApart(all[index - 1], x) ? ` ${text}` : text))
        .join('')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .join('\n');
};

const isApart = (before: Piece | undefined, x: number): boolean =>
  before !== undefined && x > before.x + before.width + 2;
