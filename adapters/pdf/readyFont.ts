import { Buffer } from 'node:buffer';
import type { Font } from 'fontkit';
import { createTakeFontPart } from './fontPart.ts';

/**
 * The letters of most invoices, as a font that is made once a process. A document gets a copy of the glyphs that it uses.
 * To let the library make that part, and to shape each word, takes more time than all the rest of a short invoice.
 */
export type ReadyFont = {
  /** The name under which pages use the font. */
  readonly name: string;
  /** The characters that the font has. */
  readonly characters: ReadonlySet<string>;
  /** Null if the font does not have all characters of the text. */
  shape(text: string): ShapedText | null;
  embed(pdf: PDFKit.PDFDocument): EmbeddedFont;
};

/** A ready font in one document. `use` names the codes of a text, and `write` comes after the last text. */
export type EmbeddedFont = {
  readonly reference: PDFKit.PDFKitReference;
  use(codes: readonly number[]): void;
  write(): void;
};

/**
 * `width` is at the size of one point. `operator` shows the text in the content of a page, by these codes.
 */
export type ShapedText = {
  readonly width: number;
  readonly operator: string;
  readonly codes: readonly number[];
};

/** `tag` is six capitals that no other font of a document has. */
export const createReadyFont = (font: Font, name: string, tag: string): ReadyFont => {
  const { bytes, glyphs } = takeGlyphs(font);
  const scale = 1_000 / font.unitsPerEm;
  const widths = glyphs.map(({ advance }) => Math.round(advance * scale));
  const kerningOf = createKerning(font, glyphs, scale);
  const codesOf = createReader(glyphs);
  return {
    name,
    characters: new Set(glyphs.map(({ text }) => text).filter((text) => text.length === 1)),
    shape: (text) => {
      const codes = codesOf(text);
      if (codes === null) return null;
      let width = 0;
      let shown = '';
      for (const [index, code] of codes.entries()) {
        width += widths[code] ?? 0;
        shown += hexOf(code);
        const next = codes[index + 1];
        if (next === undefined) break;
        const kerning = kerningOf(code, next);
        if (kerning === null) return null;
        if (kerning === 0) continue;
        width += kerning;
        shown += `> ${-kerning} <`;
      }
      return { width: width / 1_000, operator: `[<${shown}>] TJ`, codes };
    },
    embed: createEmbedding(font, { name: `${tag}+${font.postscriptName}`, bytes, widths, glyphs }),
  };
};

/** A text is written by codes of four digits. */
const hexOf = (code: number): string => hex[code] ?? code.toString(16).padStart(4, '0');
const hex = Array.from({ length: 512 }, (_, code) => code.toString(16).padStart(4, '0'));

/** Creates a function that returns the codes of a text, or null if one of its characters has none. */
const createReader = (glyphs: readonly ReadyGlyph[]) => {
  const codes = new Map(glyphs.map(({ text }, code) => [text, code]));
  return (text: string): readonly number[] | null => {
    const read: number[] = [];
    for (let index = 0; index < text.length; ) {
      const ligature =
        text[index] === 'f' ? ligatures.find((each) => text.startsWith(each, index)) : undefined;
      const code = codes.get(ligature ?? text.charAt(index));
      if (code === undefined) return null;
      read.push(code);
      index += ligature?.length ?? 1;
    }
    return read;
  };
};

/** `text` is what a program that reads the page finds: one character, or the letters of a ligature. */
type ReadyGlyph = { readonly id: number; readonly advance: number; readonly text: string };

const charactersFrom = (first: string, last: string): readonly string[] => {
  const [from = 0, to = 0] = [first.codePointAt(0), last.codePointAt(0)];
  return Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index));
};

/** ASCII, Latin-1 and Vietnamese, with the signs that texts in them have, and without what nobody sees. */
const characters: readonly string[] = [
  ...charactersFrom(' ', '~'),
  ...charactersFrom('¡', '¬'),
  ...charactersFrom('®', 'ÿ'),
  ...'ĂăĐđĨĩŨũƠơƯư',
  ...charactersFrom('Ạ', 'ỹ'),
  ...'–—‘’‚“”„•…‹›€₫™',
];

/** The longest first. */
const ligatures: readonly string[] = ['ffi', 'ffl', 'ff', 'fi', 'fl'];

/** A font file with these glyphs alone. The code of each is its place in the list. */
const takeGlyphs = (font: Font): { readonly bytes: Uint8Array; readonly glyphs: readonly ReadyGlyph[] } => {
  const subset = font.createSubset();
  const glyphs: ReadyGlyph[] = [{ id: 0, advance: font.getGlyph(0).advanceWidth, text: '\ufffd' }];
  for (const text of [...characters, ...ligatures]) {
    const [glyph, ...others] = font.layout(text).glyphs;
    // Of two characters with one glyph, a reader would find the first. The second one is drawn in the usual way.
    const isNew = glyph !== undefined && glyphs.every(({ id }) => id !== glyph.id);
    if (!isNew || others.length > 0) continue;
    subset.includeGlyph(glyph);
    glyphs.push({ id: glyph.id, advance: glyph.advanceWidth, text });
  }
  return { bytes: subset.encode(), glyphs };
};

const [unknown, isJoined] = [-32_768, -32_767];

/**
 * Creates a function that returns how far the second glyph of a pair moves, in thousandths. Null if the font draws the
 * pair by other glyphs. The font is asked once for each pair: to shape a word takes 20 to 60 µs, and these letters look
 * at their neighbours only.
 */
const createKerning = (font: Font, glyphs: readonly ReadyGlyph[], scale: number) => {
  const known = new Int16Array(glyphs.length ** 2).fill(unknown);

  const ask = (one: ReadyGlyph | undefined, other: ReadyGlyph | undefined): number => {
    if (one === undefined || other === undefined) return isJoined;
    const { glyphs: drawn, positions } = font.layout(one.text + other.text);
    const [first, second] = positions;
    const isPlain =
      drawn.length === 2 &&
      drawn[0]?.id === one.id &&
      drawn[1]?.id === other.id &&
      positions.every(({ xOffset, yOffset, yAdvance }) => xOffset === 0 && yOffset === 0 && yAdvance === 0) &&
      second?.xAdvance === other.advance;
    return isPlain && first !== undefined ? Math.round((first.xAdvance - one.advance) * scale) : isJoined;
  };

  return (one: number, other: number): number | null => {
    const at = one * glyphs.length + other;
    if (known[at] === unknown) known[at] = ask(glyphs[one], glyphs[other]);
    const kern = known[at];
    return kern === undefined || kern === isJoined ? null : kern;
  };
};

type FontParts = {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly widths: readonly number[];
  readonly glyphs: readonly ReadyGlyph[];
};

/** Writes the font into a document, as the library writes one: a composite font whose codes are its glyphs. */
const createEmbedding = (font: Font, { name, bytes, widths, glyphs }: FontParts): ReadyFont['embed'] => {
  const scale = 1_000 / font.unitsPerEm;
  const takePart = createTakeFontPart(bytes);
  const unicodeLines = glyphs.map(({ text }, code) => `<${hexOf(code)}> <${unicodeOf(text)}>`);
  const { minX, minY, maxX, maxY } = font.bbox;
  return (pdf) => {
    const reference = pdf.ref({});
    // The first glyph is the one for what a font does not have.
    const isUsed = new Uint8Array(glyphs.length).fill(1, 0, 1);
    const write = (): void => {
      const used = [...isUsed.keys()].filter((code) => isUsed[code] === 1);
      // Nothing is compressed: what zlib makes of the same bytes differs from build to build.
      const part = takePart(used);
      const fontFile = pdf.ref({ Length1: part.length });
      fontFile.end(part);
      const descriptor = pdf.ref({
        Type: 'FontDescriptor',
        FontName: name,
        // Symbolic: its codes are no standard encoding.
        Flags: 4,
        FontBBox: [minX, minY, maxX, maxY].map((length) => length * scale),
        ItalicAngle: font.italicAngle,
        Ascent: font.ascent * scale,
        Descent: font.descent * scale,
        CapHeight: font.capHeight * scale,
        XHeight: font.xHeight * scale,
        StemV: 0,
        FontFile2: fontFile,
      });
      descriptor.end(undefined);
      const descendant = pdf.ref({
        Type: 'Font',
        Subtype: 'CIDFontType2',
        BaseFont: name,
        // The library writes a plain string as a name.
        CIDSystemInfo: { Registry: Object('Adobe'), Ordering: Object('Identity'), Supplement: 0 },
        FontDescriptor: descriptor,
        W: widthsOf(used, widths),
        CIDToGIDMap: 'Identity',
      });
      descendant.end(undefined);
      const map = pdf.ref({});
      map.end(Buffer.from(toUnicodeMap(used.map((code) => unicodeLines[code] ?? '')), 'latin1'));
      Object.assign(reference.data, {
        Type: 'Font',
        Subtype: 'Type0',
        BaseFont: name,
        Encoding: 'Identity-H',
        DescendantFonts: [descendant],
        ToUnicode: map,
      });
      reference.end(undefined);
    };
    return {
      reference,
      use: (codes) => {
        for (const code of codes) isUsed[code] = 1;
      },
      write,
    };
  };
};

/** The first code of each run, and the widths of the run. */
const widthsOf = (
  codes: readonly number[],
  widths: readonly number[],
): readonly (number | readonly number[])[] => {
  const runs: [first: number, widths: number[]][] = [];
  for (const code of codes) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1].length === code) last[1].push(widths[code] ?? 0);
    else runs.push([code, [widths[code] ?? 0]]);
  }
  return runs.flat();
};

const unicodeOf = (text: string): string =>
  text
    .split('')
    .map((unit) => hexOf(unit.charCodeAt(0)))
    .join('');

/** Which text each code stands for, in sections of at most 100 lines. */
const toUnicodeMap = (lines: readonly string[]): string => {
  const sections = Array.from({ length: Math.ceil(lines.length / 100) }, (_, index) =>
    lines.slice(index * 100, index * 100 + 100),
  );
  return [
    '/CIDInit /ProcSet findresource begin',
    '12 dict begin',
    'begincmap',
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
    '/CMapName /Adobe-Identity-UCS def',
    '/CMapType 2 def',
    '1 begincodespacerange',
    '<0000> <ffff>',
    'endcodespacerange',
    ...sections.flatMap((section) => [`${section.length} beginbfchar`, ...section, 'endbfchar']),
    'endcmap',
    'CMapName currentdict /CMap defineresource pop',
    'end',
    'end',
  ].join('\n');
};
