import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseQuery, type Term, tokensOf } from '../../core/search.ts';
import { anyText } from './anyText.ts';

const folded = (text: string) => tokensOf(text).map((token) => token.folded);
const exact = (text: string) => tokensOf(text).map((token) => token.exact);

describe('Tokens', () => {
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
  ])('The text %p has the tokens %p', (text, tokens) => {
    expect(folded(text)).toEqual(tokens);
  });

  test('The exact token keeps its accents, in lower case and in NFC', () => {
    expect(exact('ÁO Đồng')).toEqual(['áo', 'đồng']);
    expect(exact('ÁO Đồng'.normalize('NFD'))).toEqual(['áo', 'đồng']);
    expect(exact('Straße ﬁlter')).toEqual(['straße', 'filter']);
  });

  /** Greek with an iota subscript, which becomes a letter in upper case, and variant forms of Cyrillic letters. */
  const changesWithCase = /[\u0345\u1c80-\u1c88\u1f80-\u1fff]/;

  const hasCase = (character: string) => character !== character.toUpperCase();

  /** Every assigned character between two letters, in batches of 256. */
  const everyCharacter = function* () {
    const batch: string[] = [];
    for (let code = 1; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (/[^\p{Cn}\p{Co}\p{Cs}]/u.test(character)) batch.push(`x${character}y`);
      if (batch.length === 256 || code === 0x10ffff) yield batch.splice(0);
    }
  };

  test('Every character folds to the same in every form and case, and folding again changes nothing', () => {
    for (const characters of everyCharacter()) {
      const text = characters.join(' ');
      const tokens = folded(text).join(' ');
      // In most scripts, these forms are equal to the text itself.
      const forms = new Set([text.normalize('NFD'), text.normalize('NFC'), text.toLowerCase(), tokens]);
      forms.delete(text);
      for (const form of forms) expect(folded(form).join(' ')).toBe(tokens);
      const cased = characters
        .filter((one) => hasCase(one.slice(1, -1)) && !changesWithCase.test(one))
        .join(' ');
      expect(folded(cased.toUpperCase())).toEqual(folded(cased));
    }
  });

  test('The tokens of any text have the same tokens again', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const tokens = tokensOf(text);
        expect(folded(tokens.map((token) => token.folded).join(' '))).toEqual(
          tokens.map((token) => token.folded),
        );
        expect(tokensOf(tokens.map((token) => token.exact).join('/'))).toEqual([...tokens]);
        for (const token of tokens) expect(token.folded).toMatch(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}]*$/u);
      }),
    );
  });
});

describe('Queries', () => {
  const termText = ({ tokens, prefix }: Term) =>
    tokens.map((token) => token.exact).join(' ') + (prefix ? '…' : '');

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
  ])('The query %p has the terms %p', (text, terms) => {
    expect(parseQuery(text)?.terms.map(termText)).toEqual(terms);
  });

  test.each([[''], [' '], ['\n\t\u00a0']])('The query %p is blank', (text) => {
    expect(parseQuery(text)).toBeNull();
  });

  test('The query of any text contains only its tokens, and at most the last one is a prefix', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const terms = parseQuery(text)?.terms ?? [];
        expect(terms.flatMap(({ tokens }) => tokens)).toEqual(
          text.split('"').flatMap((piece) => [...tokensOf(piece)]),
        );
        expect(terms.slice(0, -1).filter(({ prefix }) => prefix)).toEqual([]);
        expect(
          terms.every(({ tokens, prefix }) => tokens.length > 0 && (!prefix || tokens.length === 1)),
        ).toBe(true);
      }),
    );
  });
});
