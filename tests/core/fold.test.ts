import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { wordsOf } from '../../core/fold.ts';
import { anyText } from './anyText.ts';

const words = (text: string) => wordsOf(text, 'asked');
const folded = (text: string) => words(text).flatMap(({ tokens }) => tokens.map((token) => token.folded));

describe('The fold', () => {
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
      const forms = new Set([text.normalize('NFD'), text.normalize('NFC'), text.toLowerCase()]);
      forms.delete(text);
      for (const form of forms) expect(folded(form).join(' ')).toBe(tokens);
      const whole = words(text).flatMap((word) => (word.tokens.length === 1 ? word.tokens : []));
      for (const token of whole) expect(folded(token.folded)).toEqual([token.folded]);
      const cased = characters
        .filter((one) => hasCase(one.slice(1, -1)) && !changesWithCase.test(one))
        .join(' ');
      expect(folded(cased.toUpperCase())).toEqual(folded(cased));
    }
  });

  test('Folded words of any text fold to themselves', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        for (const { tokens } of words(text))
          for (const token of tokens) {
            expect(token.folded).toMatch(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}]*$/u);
            expect(folded(token.folded)[0]).toBe(token.folded);
            expect(words(token.exact)[0]?.tokens[0]).toEqual(token);
          }
      }),
    );
  });

  test('A character that nobody sees changes no word', () => {
    for (const unseen of [
      '\u00ad',
      '\u034f',
      '\u061c',
      '\u115f',
      '\u180e',
      '\u200b',
      '\u200c',
      '\u200d',
      '\u200e',
    ])
      expect(folded(`Wasch${unseen}maschine ${unseen} ไท${unseen}ย`)).toEqual(folded('Waschmaschine ไทย'));
    for (const unseen of [
      '\u2060',
      '\u2064',
      '\u206f',
      '\u3164',
      '\ufe00',
      '\ufe0f',
      '\ufeff',
      '\u{e0001}',
      '\u{e0100}',
    ])
      expect(folded(`Wasch${unseen}maschine ${unseen} ไท${unseen}ย`)).toEqual(folded('Waschmaschine ไทย'));
  });

  test('Every apostrophe inside a word is as good as every other', () => {
    for (const apostrophe of "'`´ʹʻʼʽʾʿˈՙ՚׳‘’‛′‵＇ꞌ".replace('ՙ', ''))
      for (const reading of ['apart', 'joined', 'asked'] as const)
        expect([apostrophe, wordsOf(`l${apostrophe}Été ${apostrophe}n${apostrophe}`, reading)]).toEqual([
          apostrophe,
          wordsOf("l'Été 'n'", reading),
        ]);
  });
});
