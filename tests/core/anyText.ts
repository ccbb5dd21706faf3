import fc from 'fast-check';

const surrogatesFrom = 0xd800;
const surrogates = 0x800;

/**
 * Any text of whole Unicode characters, assigned or not. fast-check's `unit: 'binary'` gives the same, but needs half a
 * second each time to list all characters.
 */
export const anyText = (limits: fc.StringConstraints = {}): fc.Arbitrary<string> =>
  fc.string({ ...limits, unit: anyCharacter });

const anyCharacter = fc
  .nat(0x10ffff - surrogates)
  .map((number) => String.fromCodePoint(number < surrogatesFrom ? number : number + surrogates));
