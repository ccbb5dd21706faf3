import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { createFonts } from '../../adapters/pdf/fonts.ts';
import { createInvoiceRenderer } from '../../adapters/pdf/renderer.ts';
import { createTypesetter } from '../../adapters/pdf/typesetter.ts';
import { yieldToSystemEventLoop } from '../../adapters/system/timer.ts';
import { currencies } from '../../core/currency.ts';
import type { Invoice, InvoiceLine } from '../../core/invoice.ts';
import { formatMoney } from '../../core/money.ts';
import { readPdf } from './readPdf.ts';
import { allScripts, invoiceOf, lineOf } from './samples.ts';

const renderer = createInvoiceRenderer(yieldToSystemEventLoop);
const read = async (invoice: Invoice) => readPdf(await renderer.render(invoice));
const readNames = async (...names: readonly string[]) =>
  read(invoiceOf({ lines: names.map((name) => lineOf({ name })) }));
const manyLines = (count: number, changes: Partial<InvoiceLine> = {}) =>
  Array.from({ length: count }, (_, index) => lineOf({ code: `SKU-${index + 1}.`, ...changes }));

const note = 'thay cho một ký tự mà phông chữ của hoá đơn này không có.';

describe('The PDF of an invoice', () => {
  test('The PDF says what the invoice says', async () => {
    const { info, texts } = await read(invoiceOf());
    expect(info).toMatchObject({ Title: 'Hoá đơn 2026-000001', Author: 'Tiệm Cartwright', Language: 'vi' });
    expect(texts).toEqual([
      [
        'Tiệm Cartwright',
        'Hoá đơn',
        '1 Phố Huế, Hai Bà Trưng, Hà Nội',
        'Mã số thuế: 0101234567',
        'Số hoá đơn 2026-000001',
        'Ngày lập 01/03/2026',
        'Khách hàng nguyen.thi.anh@example.com',
        'Mã thanh toán CW-1024',
        'STT Sản phẩm Số lượng Đơn giá Thành tiền',
        '1 Áo thun nam cổ tròn 2 199.000 ₫ 398.000 ₫',
        'TEE-001',
        'Tổng cộng 398.000 ₫',
        'Hoá đơn 2026-000001 Trang 1/1',
      ].join('\n'),
    ]);
  });

  test('The PDF shows names in Vietnamese, Chinese, Japanese and Korean, composed or not', async () => {
    const names = [
      'Đồng hồ đeo tay nữ',
      '中文书籍《三体》',
      '繁體字龍',
      '日本の働く人',
      'カタカナ ２０２６',
      '한국어 교재',
    ];
    const { texts } = await readNames(...names, 'Cà phê sữa đá'.normalize('NFD'));
    for (const name of [...names, 'Cà phê sữa đá']) expect(texts.join('\n')).toContain(name);
    expect(texts.join('\n')).not.toContain('□');
  });

  test('The PDF shows the letters of all languages in Latin and Cyrillic, and the sign of each currency', async () => {
    const names = [
      'Āčē ģķļņ ūž Ĉĝĥĵŝŭ Ŵŵ Ŷŷ Ġġ Ħħ Ĳĳ Ŀŀ Ňň Ŕŕ Ťť Șșț Ǧǧ Ǩǩ Ɛɛ Ɔɔ Ŋŋ Ƙƙ Ḍḍ Ṭṭ Ẓẓ Ḫḫ ṁ ẞ əƏ',
      'Ґґ Єє Її Ұұ Ққ Ңң Өө Үү Һһ Ђђ Џџ',
      '₱ ₦ ₴ ₸ ₺ ₹ ₽ ₾ ₿ ₲ ₵ ₡ ₮ ₭ ₩ ₪',
    ];
    const { texts } = await readNames(...names);
    expect(texts.join('\n')).not.toContain('□');
    const fonts = createFonts();
    for (const language of ['vi', 'en'])
      for (const currency of currencies) {
        const amount = formatMoney({ amount: 1, currency }, language);
        const { setLine, hasReplaced } = createTypesetter(await fonts.openFor([amount]));
        setLine(amount, { size: 10, weight: 'bold', color: '#000' });
        expect({ amount, hasReplaced: hasReplaced() }).toEqual({ amount, hasReplaced: false });
      }
  });

  test('The PDF shows a box for each character that no font has, and says what it stands for', async () => {
    const { texts } = await readNames('Áo አማር 𓀀 end');
    expect(texts[0]).toContain('1 Áo □□□ □ end 2');
    expect(texts[0]).toContain(note);
    expect((await readNames('Áo thun')).texts[0]).not.toContain(note);
  });

  test('The PDF shows names in the scripts of the world, and emoji in one colour', async () => {
    const names = [
      ...['ภาษาไทย เสื้อยืด', 'ພາສາລາວ', 'ភាសាខ្មែរ', 'မြန်မာ', 'हिन्दी क्षत्रिय', 'বাংলা শার্ট', 'ਪੰਜਾਬੀ', 'ગુજરાતી શર્ટ'],
      ...[
        'தமிழ் சட்டை',
        'తెలుగు చొక్కా',
        'ಕನ್ನಡ ಅಂಗಿ',
        'മലയാളം ഷർട്ട്',
        'සිංහල',
        'Привет',
        'Ελλάδα',
        '🎉 👍🏽 👩‍👩‍👧 🇻🇳',
      ],
      ...['قميص قطني', 'می‌خواهم', 'חולצת כותנה'],
    ];
    const bytes = await renderer.render(invoiceOf({ lines: names.map((name) => lineOf({ name })) }));
    const { texts } = await readPdf(bytes);
    expect(texts.join('\n')).not.toContain('□');
    expect(texts.join('\n')).toContain('ภาษาไทย เสื้อยืด');
    expect(texts.join('\n')).toContain('🎉');
    for (const name of ['Thai', 'Arabic', 'Hebrew', 'Devanagari', 'Malayalam', 'NotoEmoji'])
      expect(fontsIn(bytes).join(' ')).toContain(name === 'Devanagari' ? 'NotoSans-' : name);
  });

  test.each([
    ['מים קרים', ['קרים', 'מים']],
    ['תות (אדום) 42', ['42 (', 'אדום', ')', 'תות']],
    ['Dell XPS – מים קרים end', ['Dell XPS –', 'קרים', 'מים', 'end']],
    ['ماء', ['ماء']],
  ])('The PDF writes %s from right to left where its script runs so', async (name, fromLeft) => {
    const { pages } = await readNames(name);
    const pieces = pages.flat().filter(({ x, text }) => x >= 86 && x < 400 && text !== ' ');
    const [first] = pieces.filter(({ text }) => text === fromLeft[0]);
    const ofName = pieces.filter(({ y }) => y === first?.y);
    expect(ofName.toSorted((one, other) => one.x - other.x).map(({ text }) => text)).toEqual(fromLeft);
  });

  test('The PDF keeps the end of a long name in Hebrew at its left', async () => {
    const { pages } = await readNames('שלום '.repeat(2_000));
    const pieces = pages.flat();
    const ellipsis = pieces.find(({ text }) => text.includes('…'));
    const line = pieces.filter(({ x, y, text }) => y === ellipsis?.y && x < 400 && text !== ' ');
    expect(Math.min(...line.map(({ x }) => x))).toBe(ellipsis?.x ?? 0);
  });

  test('The PDF can draw any letters of any script, in any order', async () => {
    const fonts = createFonts();
    const letters = [...'กู้ำ็ຮ່ស្ត្រမ္မြက်षक्कि़ंক্ষিৰਪੰ੍ਹજ્ઞીரௌஶ்ரీకౢ್ರೌയ്യാര്‍ක්‍ෂෞبـَّلاיִּשׁאֶ'];
    const word = fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 4 }), async (words) => {
        const style = { size: 10, weight: 'regular', color: '#000' } as const;
        const text = words.join(' ');
        const { set } = createTypesetter(await fonts.openFor([text]));
        const { lines } = set(text, style, 80, 9);
        for (const { width } of lines) expect(width).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 400 },
    );
  });

  test('The PDF leaves out characters that nobody sees or that turn the text around', async () => {
    const { texts } = await readNames(
      'safe\u202etxt.exe\u202c\u2066x\u2069',
      'ze\u200bro\u00ad wi\ufeffdth',
      'nul\u0000 bell\u0007\nline\ttab',
      '\u200b',
    );
    expect(texts[0]).toContain('1 safetxt.exex 2');
    expect(texts[0]).toContain('2 zero width 2');
    expect(texts[0]).toContain('3 nul bell line tab 2');
    expect(texts[0]).toContain('4 2 199.000 ₫');
  });

  test('The PDF shows a box for a lone surrogate and for a letter under a tower of marks', async () => {
    const { texts } = await readNames('lone \ud83d', `Z${'\u0322\u031b\u030e'.repeat(40)}algo`);
    expect(texts[0]).toContain('1 lone □ 2');
    expect(texts[0]).toContain('2 □algo 2');
  });

  test('The PDF puts at most two marks on a letter', async () => {
    const { texts } = await readNames(`e${'\u0301'.repeat(40)}nd`);
    expect(texts[0]).toContain(`1 é${'\u0301'.repeat(2)}nd 2`);
  });

  test('The PDF wraps long names between its margins, at words where there are any', async () => {
    const sentence =
      'Đồng hồ đeo tay chống nước có dây da thật màu nâu sẫm, mặt kính sapphire, bảo hành 24 tháng';
    const { pages, texts } = await readNames(sentence, 'Q'.repeat(150), '三'.repeat(100));
    const all = texts.join('\n');
    expect(all.replace(/ 2 199\.000 ₫ 398\.000 ₫/g, '').replace(/\n/g, ' ')).toContain(sentence);
    expect(all.match(/Q/g)).toHaveLength(150);
    expect(all.match(/三/g)).toHaveLength(100);
    for (const { x, width } of pages.flat()) expect([x >= 56, x + width <= 540]).toEqual([true, true]);
  });

  test('The PDF cuts a name that would fill a page, and shows that it does', async () => {
    const { pages, texts } = await readNames('dài '.repeat(2_000));
    expect(pages).toHaveLength(1);
    expect(texts[0]?.match(/dài/g)?.length).toBeLessThan(200);
    expect(texts[0]).toMatch(/dài…$/m);
  });

  test('The PDF shows each of 100 lines once, on numbered pages with the heads of the columns', async () => {
    const { pages, texts } = await read(invoiceOf({ lines: manyLines(100) }));
    expect(pages.length).toBeGreaterThan(4);
    const all = texts.join('\n');
    for (let number = 1; number <= 100; number += 1) expect(all.split(`\nSKU-${number}.\n`)).toHaveLength(2);
    for (const [index, text] of texts.entries()) {
      expect(text).toContain('STT Sản phẩm Số lượng Đơn giá Thành tiền');
      expect(text).toEndWith(`Hoá đơn 2026-000001 Trang ${index + 1}/${pages.length}`);
    }
    expect(all.split('Tổng cộng')).toHaveLength(2);
    expect(texts.at(-1)).toContain('Tổng cộng 39.800.000 ₫');
    for (const { y } of pages.flat()) expect(y).toBeGreaterThan(40);
  });

  test('The PDF shows the totals above the foot, and never on a page without a line', async () => {
    for (let count = 10; count < 30; count += 1) {
      const { pages, texts } = await read(invoiceOf({ lines: manyLines(count) }));
      expect(texts.at(-1)).toContain(`SKU-${count}.`);
      for (const { text, y } of pages.flat()) expect(y > 84 || /^(Hoá đơn|Trang|\s*$)/.test(text)).toBeTrue();
    }
  });

  test('The PDF keeps the columns apart for the largest amounts', async () => {
    const amount = 90_000_000_000_000;
    const { texts } = await read(
      invoiceOf({ lines: [lineOf({ quantity: 1_000_000, unitPrice: amount, net: amount })] }),
    );
    expect(texts[0]).toContain('1.000.000 90.000.000.000.000 ₫ 90.000.000.000.000 ₫');
  });

  test('The PDF of a usual invoice has the two ready fonts and no other', async () => {
    const names = [
      'Áo thun nam cổ tròn',
      'Office coffee, 50 % off',
      'ĐỒNG HỒ ĐEO TAY “Sài Gòn” – 1/2',
      '  Ghế\u00a0 gỗ ',
    ];
    for (const language of ['vi', 'en'])
      for (const taxRate of [null, 8.5]) {
        const customer = { email: 'first.last+tag@example.co.uk', language };
        const lines = names.map((name) => lineOf({ name, taxRate }));
        const fonts = fontsIn(await renderer.render(invoiceOf({ lines, customer })));
        expect(fonts.toSorted()).toEqual(['READYB+BeVietnamPro-SemiBold', 'READYR+BeVietnamPro-Regular']);
      }
  });

  test('The PDF of a usual invoice has at most 24 kB', async () => {
    expect((await renderer.render(invoiceOf())).length).toBeLessThan(24_000);
  });

  test('The PDF embeds a part of each of its fonts', async () => {
    const bytes = await renderer.render(invoiceOf({ lines: [lineOf({ name: '三体' })] }));
    for (const font of fontsIn(bytes)) expect(font).toMatch(/^[A-Z]{6}\+(BeVietnamPro|NotoSansSC)-/);
    expect(fontsIn(bytes).length).toBeGreaterThan(2);
    expect(bytes.length).toBeLessThan(100_000);
  });

  test('The PDF shows Chinese characters as in Japan in a name with kana, and as in China in another', async () => {
    for (const [name, font] of [
      ['働く人', 'NotoSansJP'],
      ['働人', 'NotoSansSC'],
    ] as const) {
      const fonts = fontsIn(await renderer.render(invoiceOf({ lines: [lineOf({ name })] })));
      expect(new Set(fonts.map((each) => each.replace(/^.*\+(.*)-.*$/, '$1')))).toEqual(
        new Set(['BeVietnamPro', font]),
      );
    }
  });
});

describe('The bytes of the PDF', () => {
  test('Nothing in the PDF is compressed, because the bytes would depend on the build of zlib', async () => {
    const text = new TextDecoder('latin1').decode(await renderer.render(invoiceOf({ lines: allScripts })));
    expect(text.match(/\bstream\n/g)?.length).toBeGreaterThan(10);
    expect(text).not.toContain('/Filter');
  });

  test('The same invoice gives the same bytes, whatever was rendered before', async () => {
    const first = await renderer.render(invoiceOf({ lines: allScripts }));
    // Characters that share a glyph with others, and ligatures.
    await readNames('龍 other 한국어', 'µ μ ﬁ office Ω \u2126 ‑ – ⼀ 一 ｱ', 'قميص مُحَمَّد');
    const second = await renderer.render(invoiceOf({ lines: allScripts }));
    expect(sha256Of(second)).toBe(sha256Of(first));
  });

  test.each(['bun', 'deno'])(
    'The same invoice gives the same bytes in another process, under %s',
    async (runtime) => {
      const file = fileURLToPath(new URL('./printHash.ts', import.meta.url));
      const command = runtime === 'bun' ? [process.execPath, file] : [deno, 'run', '--allow-all', file];
      const child = Bun.spawn(command, { stdout: 'pipe', env: { ...process.env, TZ: 'Pacific/Apia' } });
      const hash = await new Response(child.stdout).text();
      expect(hash.trim()).toBe(sha256Of(await renderer.render(invoiceOf({ lines: allScripts }))));
    },
  );
});

const fontsIn = (bytes: Uint8Array): readonly string[] =>
  [...new TextDecoder('latin1').decode(bytes).matchAll(/\/FontName \/(\S+)/g)].map(([, name = '']) => name);
const deno = fileURLToPath(new URL('../../node_modules/.bin/deno', import.meta.url));
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
