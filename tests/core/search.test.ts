import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseQuery, type Term, tokensOf } from '../../core/search.ts';
import { anyText } from './anyText.ts';

/** The gap between two readings is shown as a bar. */
const folded = (text: string) => tokensOf(text).map((token) => token.folded.replace('\u{e005}', '|'));
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
    ['กางเกง ขายาว', ['กา', 'าง', 'งเ', 'เก', 'กง', 'ง', 'ขา', 'าย', 'ยา', 'าว', 'ว']],
    ['हिन्दी किताब', ['हिन्दी', 'किताब']],
    [
      '日本語 テキスト ﾃｷｽﾄ',
      ['日本', '本語', '語', 'テキ', 'キス', 'スト', 'ト', 'テキ', 'キス', 'スト', 'ト'],
    ],
    ['한국어 책', ['한국어', '책']],
    ['がか', ['がか', 'か']],
    ['本', ['本']],
    ['iPhone手机壳 5枚', ['iphone', '手机', '机壳', '壳', '5', '枚']],
    [`"a" & b|c !d :* <-> e\\f 'g'`, ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
    ['a\0b\ud800c\u200bd', ['a', 'b', 'cd']],
    ['Wasch\u00admaschine sam\u2060sung ga\u200dlaxy', ['waschmaschine', 'samsung', 'galaxy']],
    ['葛\u{e0100}飾', ['葛飾', '飾']],
    ['Nike™ Air® Zoom℠ Café №5', ['nike', 'air', 'zoom', 'cafe', '5']],
    ['10㎏ H₂O 20℃', ['10kg', 'h2o', '20', 'c']],
    ['2½ No① 500₨ NikeⓇAir', ['2', '1', '2', 'no', '1', '500', 'nike', 'air']],
    ['60m² TV', ['60m', 'tv', '|', '60m2', 'tv']],
    ['Xᵗʰ 1ª', ['x', '1']],
    ['أَحْمَر إبرة آنية مؤمن مـــوز ٱلله', ['احمر', 'ابره', 'انيه', 'مومن', 'موز', 'الله']],
    ['کیف یاس مصطفى', ['كيف', 'ياس', 'مصطفي']],
    ['שָׁלוֹם', ['שלום']],
    ['Мʼята', ['м', 'ята', '|', 'мята']],
    ['Hawaiʻi', ['hawai', 'i', '|', 'hawaii']],
    [
      `L'Oréal L’Oréal L´Oréal`,
      ['l', 'oreal', 'l', 'oreal', 'l', 'oreal', '|', 'loreal', 'loreal', 'loreal'],
    ],
    [`'Levi‘s' 5'6`, ['levi', 's', '5', '6', '|', 'levis', '5', '6']],
    ['🎁🎄 ❤️', ['🎁🎄', '🎄', '❤']],
    ['👍🏽', ['👍🏽', '🏽']],
    ['™', ['™']],
    ['*!', ['＊！', '！']],
    ['ـ', ['ـ']],
    ['\0', []],
    ['Váy ❤️ hoa', ['vay', 'hoa']],
    ['x'.repeat(2_000), ['x'.repeat(100)]],
    ['ß'.repeat(60), ['s'.repeat(100)]],
    ['𝕏𐐨'.repeat(400), ['x𐐨'.repeat(50)]],
    ['', []],
  ])('The text %p has the tokens %p', (text, tokens) => {
    expect(folded(text)).toEqual(tokens);
  });

  test('The exact token keeps its accents, in lower case and in NFC', () => {
    expect(exact('ÁO Đồng')).toEqual(['áo', 'đồng']);
    expect(exact('ÁO Đồng'.normalize('NFD'))).toEqual(['áo', 'đồng']);
    expect(exact('Straße ﬁlter')).toEqual(['straße', 'filter']);
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
    ['"áo thun', ['áo', 'thun…']],
    ['“áo thun” nam', ['áo thun', 'nam…']],
    [
      '„áo thun“ «áo nam» ‹a b› 「日本 本」 ‘l’été nu’',
      ['áo thun', 'áo nam', 'a b', '日本 本 本…', 'lété nu'],
    ],
    ['55" samsung tv', ['55', 'samsung', 'tv…']],
    ['samsung 55" tv 32"', ['samsung', '55', 'tv', '32…']],
    ['tv 55" "full hd"', ['tv', '55', 'full hd']],
    ["l'oréal м’ята hawai‘i", ['loréal', 'мята', 'hawaii…']],
    ['nike™ m²', ['nike', 'm…']],
    ['パソコン', ['パソ ソコ コン…']],
    ['本 語', ['本…', '語…']],
    ['"本 語"', ['本 語…']],
    ['iphone手机壳 case', ['iphone 手机 机壳…', 'case…']],
    ['手机iphone case', ['手机 机 iphone', 'case…']],
    ['🎁🎄 "❤"', ['🎁🎄…', '❤…']],
    ['"', ['＂…']],
    ['áo + 🎁', ['áo…']],
    ['ao áo ao áo', ['ao', 'áo']],
    ['a b c d e f g h i j k l m n', [...'abcdefghijkl']],
    ['"a b c d e f g" "h i j k l m n" o', ['a b c d e f g', 'h i j k l']],
    ['áo"thun"nam', ['áo', 'thun', 'nam…']],
    ['"áo/quần" 8e6', ['áo quần', '8e6…']],
    ['"a" "" "!" b', ['a', 'b…']],
    ['-x AND:* (y)', ['x', 'and', 'y…']],
    ['!!!', ['！！ ！！…']],
    ['""', []],
    ['\0', []],
  ])('The query %p has the terms %p', (text, terms) => {
    expect(parseQuery(text)?.terms.map(termText)).toEqual(terms);
  });

  test.each([[''], [' '], ['\n\t\u00a0']])('The query %p is blank', (text) => {
    expect(parseQuery(text)).toBeNull();
  });

  test('A query asks for at most 12 words and 24 tokens, whatever the text', () => {
    for (const text of [
      '\ufdfa'.repeat(200),
      '\u3316'.repeat(200),
      '日本'.repeat(100),
      '"a '.repeat(60),
      'áb '.repeat(70),
    ]) {
      const tokens = parseQuery(text)?.terms.flatMap((term) => term.tokens) ?? [];
      expect(tokens.length).toBeLessThanOrEqual(24);
      expect(tokens.length).toBeGreaterThan(0);
    }
  });

  test('A name of the longest length has at most 200 tokens in each reading, whatever its letters', () => {
    expect(tokensOf('\ufdfa'.repeat(200))).toHaveLength(200);
    // With both readings and the gap between them.
    expect(tokensOf(`${'\ufdfa'.repeat(195)} l'eau`).length).toBeLessThanOrEqual(401);
    expect(tokensOf('a '.repeat(100))).toHaveLength(100);
    expect(tokensOf('日'.repeat(200))).toHaveLength(200);
  });

  test('The query of any text has no term twice and no token that an index would cut', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const terms = parseQuery(text)?.terms ?? [];
        const keys = terms.map(({ tokens }) => tokens.map(({ exact }) => exact).join(' '));
        expect(new Set(keys).size).toBe(keys.length);
        expect(terms.flatMap(({ tokens }) => tokens).length).toBeLessThanOrEqual(24);
        for (const { tokens } of terms) {
          expect(tokens.length).toBeGreaterThan(0);
          for (const { folded, exact } of tokens) expect(folded + exact).toMatch(indexable);
        }
      }),
    );
  });
});

/** Letters, digits, marks and signs, but none of ASCII but its letters and digits. */
const indexable = /^(?:[^\p{ASCII}\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Co}]|[a-z0-9])+$/u;
