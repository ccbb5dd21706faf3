/** A package of files for parts of Unicode. Each file has a key: a script, or a number. */
export type FontFamily = {
  readonly name: string;
  /** Where the package says which file has which characters. */
  folder(): string;
  readonly isUsed: (key: string) => boolean;
  /** True if each character has one shape, so that documents can share the font: see `faceOf`. */
  readonly isShared: boolean;
};

const family = (
  name: string,
  folder: FontFamily['folder'],
  options: Partial<Pick<FontFamily, 'isUsed' | 'isShared'>> = {},
): FontFamily => ({ name, folder, isUsed: () => true, isShared: false, ...options });

/** The packages of one script have Latin letters too. Those are drawn by the base faces, or by Noto Sans. */
const script = (key: string, folder: FontFamily['folder']): FontFamily =>
  family(`noto-sans-${key}`, folder, { isUsed: (each) => each === key });

/** Each character is in one of them at the most, but for some marks. */
const scriptFamilies: readonly FontFamily[] = [
  family('noto-sans', () => import.meta.resolve('@fontsource-variable/noto-sans/unicode.json'), {
    isUsed: (key) => key !== 'vietnamese',
  }),
  script('thai', () => import.meta.resolve('@fontsource-variable/noto-sans-thai/unicode.json')),
  script('lao', () => import.meta.resolve('@fontsource-variable/noto-sans-lao/unicode.json')),
  script('khmer', () => import.meta.resolve('@fontsource-variable/noto-sans-khmer/unicode.json')),
  script('myanmar', () => import.meta.resolve('@fontsource-variable/noto-sans-myanmar/unicode.json')),
  script('arabic', () => import.meta.resolve('@fontsource-variable/noto-sans-arabic/unicode.json')),
  script('hebrew', () => import.meta.resolve('@fontsource-variable/noto-sans-hebrew/unicode.json')),
  script('bengali', () => import.meta.resolve('@fontsource-variable/noto-sans-bengali/unicode.json')),
  script('gurmukhi', () => import.meta.resolve('@fontsource-variable/noto-sans-gurmukhi/unicode.json')),
  script('gujarati', () => import.meta.resolve('@fontsource-variable/noto-sans-gujarati/unicode.json')),
  script('tamil', () => import.meta.resolve('@fontsource-variable/noto-sans-tamil/unicode.json')),
  script('telugu', () => import.meta.resolve('@fontsource-variable/noto-sans-telugu/unicode.json')),
  script('kannada', () => import.meta.resolve('@fontsource-variable/noto-sans-kannada/unicode.json')),
  script('malayalam', () => import.meta.resolve('@fontsource-variable/noto-sans-malayalam/unicode.json')),
  script('sinhala', () => import.meta.resolve('@fontsource-variable/noto-sans-sinhala/unicode.json')),
];

/** Each one is cut into about a hundred files. */
const [chinese, japanese, korean] = [
  family('noto-sans-sc', () => import.meta.resolve('@fontsource-variable/noto-sans-sc/unicode.json'), {
    isShared: true,
  }),
  family('noto-sans-jp', () => import.meta.resolve('@fontsource-variable/noto-sans-jp/unicode.json'), {
    isShared: true,
  }),
  family('noto-sans-kr', () => import.meta.resolve('@fontsource-variable/noto-sans-kr/unicode.json'), {
    isShared: true,
  }),
];

/** In one colour: a library for PDF embeds no colours. */
const emoji = family('noto-emoji', () => import.meta.resolve('@fontsource-variable/noto-emoji/unicode.json'));

/** The same Chinese characters look different in Japan, so a text with kana is drawn by the Japanese font. */
export const familiesFor = (text: string): readonly FontFamily[] => {
  const isJapanese = /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
  const cjk = isJapanese ? [japanese, chinese, korean] : [chinese, japanese, korean];
  return [...scriptFamilies, ...cjk, emoji];
};
