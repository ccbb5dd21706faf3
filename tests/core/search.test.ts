import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseQuery, type Term, tokensOf } from '../../core/search.ts';
import { anyText } from './anyText.ts';

const folded = (text: string) => tokensOf(text).map((word) => word.folded);
const exact = (text: string) => tokensOf(text).map((word) => word.exact);

describe('words', () => {
  test.each([
    ['Áo thun nam', ['ao', 'thun', 'nam']],
    ['Áo thun nam'.normalize('NFD'), ['ao', 'thun', 'nam']],
    ['ĐỒNG HỒ', ['dong', 'ho']],
    ['łódź Ørsted straße æther œuvre ırmak', ['lodz', 'orsted', 'strasse', 'aether', 'oeuvre', 'irmak']],
    ['STRASSE İzmir', ['strasse', 'izmir']],
    ['áo/quần', ['ao', 'quan']],
    ['8e6p 1e5 x86_64', ['8e6p', '1e5', 'x86', '64']],
    ['ＡＢＣ ﬁlter ½', ['abc', 'filter', '1', '2']],
    ['ΟΔΟΣ οδος', ['οδοσ', 'οδοσ']],
    ['ёлка', ['елка']],
    ['กางเกง ขายาว', ['กางเกง', 'ขายาว']],
    ['हिन्दी किताब', ['हिन्दी', 'किताब']],
    ['日本語 テキスト ﾃｷｽﾄ', ['日本語', 'テキスト', 'テキスト']],
    ['한국어 책', ['한국어', '책']],
    ['がか', ['がか']],
    [`"a" & b|c !d :* <-> e\\f 'g'`, ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
    ['a\0b\ud800c\u200bd', ['a', 'b', 'c', 'd']],
    ['👍 🎁 … —', []],
    ['Váy ❤️ hoa', ['vay', 'hoa']],
    ['x'.repeat(2_000), ['x'.repeat(100)]],
    ['ß'.repeat(60), ['s'.repeat(100)]],
    ['𝕏𠮷'.repeat(400), ['x𠮷'.repeat(50)]],
    ['', []],
  ])('%p is %p', (text, words) => {
    expect(folded(text)).toEqual(words);
  });

  test('the word as typed keeps its accents, in lower case and one form', () => {
    expect(exact('ÁO Đồng')).toEqual(['áo', 'đồng']);
    expect(exact('ÁO Đồng'.normalize('NFD'))).toEqual(['áo', 'đồng']);
    expect(exact('Straße ﬁlter')).toEqual(['straße', 'filter']);
  });

  /** Greek with an iota below, which becomes a letter in upper case, and variants of Cyrillic print. */
  const losesItsForm = /[\u0345\u1c80-\u1c88\u1f80-\u1fff]/;

  const hasCase = (character: string) => character !== character.toUpperCase();

  /** Each character that there is between two letters, a few hundred at a time. */
  const everyCharacter = function* () {
    const some: string[] = [];
    for (let code = 1; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (/[^\p{Cn}\p{Co}\p{Cs}]/u.test(character)) some.push(`x${character}y`);
      if (some.length === 256 || code === 0x10ffff) yield some.splice(0);
    }
  };

  test('every character folds alike in every form and case, and folding again changes nothing', () => {
    for (const characters of everyCharacter()) {
      const text = characters.join(' ');
      const words = folded(text).join(' ');
      // Of most scripts the forms are the text itself.
      const forms = new Set([text.normalize('NFD'), text.normalize('NFC'), text.toLowerCase(), words]);
      forms.delete(text);
      for (const form of forms) expect(folded(form).join(' ')).toBe(words);
      const cased = characters
        .filter((one) => hasCase(one.slice(1, -1)) && !losesItsForm.test(one))
        .join(' ');
      expect(folded(cased.toUpperCase())).toEqual(folded(cased));
    }
  });

  test('any text has words that are found by themselves', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const words = tokensOf(text);
        expect(folded(words.map((word) => word.folded).join(' '))).toEqual(words.map((word) => word.folded));
        expect(tokensOf(words.map((word) => word.exact).join('/'))).toEqual([...words]);
        for (const word of words) expect(word.folded).toMatch(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}]*$/u);
      }),
    );
  });
});

describe('a query', () => {
  const said = ({ tokens: words, prefix }: Term) =>
    words.map((word) => word.exact).join(' ') + (prefix ? '…' : '');

  test.each([
    ['áo', ['áo…']],
    ['Áo THUN ', ['áo', 'thun…']],
    ['"áo thun"', ['áo thun']],
    ['"áo thun" nam', ['áo thun', 'nam…']],
    ['nam "áo thun"', ['nam', 'áo thun']],
    ['nam "áo thun" na', ['nam', 'áo thun', 'na…']],
    ['"áo thun', ['áo thun']],
    ['áo"thun"nam', ['áo', 'thun', 'nam…']],
    ['"áo/quần" 8e6', ['áo quần', '8e6…']],
    ['"a" "" "!" b', ['a', 'b…']],
    ['-x AND:* (y)', ['x', 'and', 'y…']],
    ['!!!', []],
    ['""', []],
    ['\0', []],
  ])('%p asks for %p', (text, terms) => {
    expect(parseQuery(text)?.terms.map(said)).toEqual(terms);
  });

  test.each([[''], [' '], ['\n\t\u00a0']])('%p asks for nothing', (text) => {
    expect(parseQuery(text)).toBeNull();
  });

  test('of any text, only its words are left, and at most the last one is begun', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const terms = parseQuery(text)?.terms ?? [];
        expect(terms.flatMap(({ tokens: words }) => words)).toEqual(
          text.split('"').flatMap((piece) => [...tokensOf(piece)]),
        );
        expect(terms.slice(0, -1).filter(({ prefix }) => prefix)).toEqual([]);
        expect(
          terms.every(({ tokens: words, prefix }) => words.length > 0 && (!prefix || words.length === 1)),
        ).toBe(true);
      }),
    );
  });
});
