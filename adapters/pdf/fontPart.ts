/** Makes a font file that has these glyphs alone, under the numbers that they had. `glyphs` are ascending. */
export type TakeFontPart = (glyphs: readonly number[]) => Uint8Array;

/**
 * Reads a TrueType file whose glyphs are outlines of their own, as `createReadyFont` makes it. An invoice uses about a
 * fifth of them. To copy those takes some µs, and to compress them would take longer than all the rest of the invoice.
 */
export const createTakeFontPart = (file: Uint8Array): TakeFontPart => {
  const tableOf = readTables(file);
  const [head, hhea, maxp] = [tableOf('head'), tableOf('hhea'), tableOf('maxp')];
  const [loca, glyf, hmtx] = [tableOf('loca'), tableOf('glyf'), tableOf('hmtx')];
  const count = viewOf(maxp).getUint16(numGlyphsAt);
  if (viewOf(head).getInt16(locaFormatAt) !== 0) throw new Error('the font is too large for short offsets');
  const offsets = viewOf(loca);
  const offsetOf = (glyph: number): number => offsets.getUint16(glyph * 2) * 2;
  const outlines = Array.from({ length: count }, (_, glyph) =>
    glyf.subarray(offsetOf(glyph), offsetOf(glyph + 1)),
  );
  if (outlines.some((outline) => outline.length > 0 && viewOf(outline).getInt16(0) < 0))
    throw new Error('a glyph is made of others, which a part of the font might not have');
  if (viewOf(hhea).getUint16(metricsAt) !== count) throw new Error('some glyphs have no width of their own');

  return (glyphs) => {
    const length = (glyphs.at(-1) ?? 0) + 1;
    const [partHhea, partMaxp] = [hhea.slice(), maxp.slice()];
    viewOf(partHhea).setUint16(metricsAt, length);
    viewOf(partMaxp).setUint16(numGlyphsAt, length);
    return writeFile([
      ['glyf', joinOf(glyphs.map((glyph) => outlines[glyph] ?? empty))],
      ['head', head],
      ['hhea', partHhea],
      ['hmtx', hmtx.subarray(0, length * 4)],
      ['loca', locaOf(glyphs, length, outlines)],
      ['maxp', partMaxp],
    ]);
  };
};

type Table = readonly [tag: string, bytes: Uint8Array];

/** Where a table has the format of `loca`, the number of glyphs, the number of widths, and the sum of the file. */
const [locaFormatAt, numGlyphsAt, metricsAt, sumAt] = [50, 4, 34, 8];

const empty = new Uint8Array();

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const readTables = (file: Uint8Array) => {
  const view = viewOf(file);
  const tables = new Map(
    Array.from({ length: view.getUint16(4) }, (_, index) => {
      const at = 12 + index * 16;
      const from = view.getUint32(at + 8);
      const tag = String.fromCharCode(...file.subarray(at, at + 4));
      return [tag, file.subarray(from, from + view.getUint32(at + 12))] as const;
    }),
  );
  return (tag: string): Uint8Array => {
    const table = tables.get(tag);
    if (table === undefined) throw new Error(`the font has no table ${tag}`);
    return table;
  };
};

/** A glyph that is left out has the place of the next one, and no length. */
const locaOf = (glyphs: readonly number[], length: number, outlines: readonly Uint8Array[]): Uint8Array => {
  const loca = new Uint8Array((length + 1) * 2);
  const view = viewOf(loca);
  let [offset, next] = [0, 0];
  for (let glyph = 0; glyph <= length; glyph += 1) {
    view.setUint16(glyph * 2, offset / 2);
    if (glyphs[next] !== glyph) continue;
    offset += outlines[glyph]?.length ?? 0;
    next += 1;
  }
  return loca;
};

const joinOf = (parts: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
};

/** `tables` are in the order of their tags. */
const writeFile = (tables: readonly Table[]): Uint8Array => {
  const start = 12 + tables.length * 16;
  const file = new Uint8Array(tables.reduce((sum, [, { length }]) => sum + padded(length), start));
  const view = viewOf(file);
  const exponent = Math.floor(Math.log2(tables.length));
  view.setUint32(0, 0x0001_0000);
  view.setUint16(4, tables.length);
  view.setUint16(6, 2 ** exponent * 16);
  view.setUint16(8, exponent);
  view.setUint16(10, tables.length * 16 - 2 ** exponent * 16);
  let at = start;
  let headAt = 0;
  for (const [index, [tag, bytes]] of tables.entries()) {
    file.set(bytes, at);
    if (tag === 'head') {
      headAt = at;
      view.setUint32(at + sumAt, 0);
    }
    const entry = 12 + index * 16;
    for (let letter = 0; letter < 4; letter += 1) file[entry + letter] = tag.charCodeAt(letter);
    view.setUint32(entry + 4, sumOf(view, at, padded(bytes.length)));
    view.setUint32(entry + 8, at);
    view.setUint32(entry + 12, bytes.length);
    at += padded(bytes.length);
  }
  view.setUint32(headAt + sumAt, 0xb1b0_afba - sumOf(view, 0, file.length));
  return file;
};

/** Each table begins at a multiple of four bytes. */
const padded = (length: number): number => Math.ceil(length / 4) * 4;

const sumOf = (view: DataView, from: number, length: number): number => {
  let sum = 0;
  for (let at = from; at < from + length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
};
