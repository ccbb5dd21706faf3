import { describe, expect, test } from 'bun:test';
import { array, assert, property, string } from 'fast-check';
import { parseCsv, writeCsv } from '../../web/console/products/csv.ts';
import { decodeText } from '../../web/console/products/decodeText.ts';
import { type ImportOptions, judgeRows } from '../../web/console/products/judgeRows.ts';
import { readImportFile, readImportText } from '../../web/console/products/readImport.ts';

const options: ImportOptions = {
  mark: 'auto',
  currency: 'VND',
  type: 'physical',
  types: new Map([
    ['physical', 'physical'],
    ['hang giao', 'physical'],
    ['digital', 'digital'],
  ]),
};

const judge = async (text: string, changes: Partial<ImportOptions> = {}) => {
  const read = await readImportText(text);
  if (read.kind === 'problem') return read.problem;
  return judgeRows(read.table, read.columns, { ...options, ...changes });
};

const draftsOf = async (text: string, changes: Partial<ImportOptions> = {}) => {
  const rows = await judge(text, changes);
  return Array.isArray(rows) ? rows.map(({ draft, problems }) => draft ?? problems) : rows;
};

const tee = { code: 'A-1', name: 'Áo thun', type: 'physical', price: { amount: 199_000, currency: 'VND' } };

describe('A file of products', () => {
  test.each([
    ['commas', 'code,name,price\nA-1,Áo thun,199000\n'],
    ['semicolons and a comma in a name column', 'code;name;price\r\nA-1;Áo thun;199.000\r\n'],
    ['tabs', 'Mã SP\tTên hàng\tGiá bán\nA-1\tÁo thun\t199.000\n'],
    ['quotes', '"Code","Name","Price"\n"A-1","Áo thun","199,000"\n'],
    ['a byte order mark', '\ufeffcode,name,price\nA-1,Áo thun,199000'],
    ['the line of Excel that names the sign', 'sep=;\ncode;name;price\nA-1;Áo thun;199.000 ₫\n'],
    ['empty lines', '\n\ncode,name,price\n\nA-1,Áo thun,199000\n,,\n\n'],
    [
      'another order, accents in other forms, and blanks',
      'GIÁ , te\u0302n,MÃ HÀNG \n199000, Áo thun , A-1\n',
    ],
    ['carriage returns', 'code,name,price\rA-1,Áo thun,199000\r'],
  ])('It is read with %s', async (_, text) => {
    expect(await draftsOf(text)).toEqual([tee]);
  });

  test('Quotes hold signs, quotes and line breaks', async () => {
    const text = 'code,name,price\n"A,1","Áo ""thun""; nam",1\nA-2,"two\nlines",2\n';
    const rows = await judge(text);
    expect(Array.isArray(rows) && rows.map(({ code, name }) => [code, name])).toEqual([
      ['A,1', 'Áo "thun"; nam'],
      ['A-2', 'two\nlines'],
    ]);
  });

  test('A quote that is not closed is a problem of its row, and nothing after it is sent', async () => {
    const rows = await judge('code,name,price\nA-1,Áo,1\nA-2,"Quần,2\nA-3,Mũ,3\n');
    expect(Array.isArray(rows) && rows.map(({ number, draft }) => [number, draft === null])).toEqual([
      [2, false],
      [3, true],
    ]);
    expect(Array.isArray(rows) && rows[1]?.problems).toContainEqual({ kind: 'open_quote' });
  });

  test('A row with more cells than the header is a problem, since one of them stands in a wrong column', async () => {
    expect(await draftsOf('code,name,price\nA-1,Áo, thun,199000\n')).toEqual([
      expect.arrayContaining([{ kind: 'extra_cells' }]),
    ]);
  });

  test('All that is wrong with a row is said at once', async () => {
    expect(
      await draftsOf('code,name,price,stock,image,type,currency\n,,1.5,-1,ftp://x,weapon,VND\n'),
    ).toEqual([
      [
        { kind: 'missing', field: 'code' },
        { kind: 'missing', field: 'name' },
        { kind: 'invalid', field: 'type' },
        { kind: 'too_many_decimals', decimals: 0 },
        { kind: 'invalid', field: 'stock' },
        { kind: 'invalid', field: 'imageUrl' },
      ],
    ]);
  });

  test('Rows with one code name each other, also where the codes only look different', async () => {
    const rows = await draftsOf('code,name,price\nA-1,Áo,1\nA\u200b-1,Áo,2\nB,Mũ,3\n');
    expect(rows).toEqual([
      [{ kind: 'same_code', rows: [3] }],
      [{ kind: 'same_code', rows: [2] }],
      expect.objectContaining({ code: 'B' }),
    ]);
  });

  test('An empty cell leaves stock and picture alone, and words say that a product cannot run out', async () => {
    const text = 'code,name,price,stock,image\nA,Áo,1,,\nB,Áo,1,∞,/images/tea.svg\nC,Áo,1,1.200,\n';
    const rows = await draftsOf(text);
    expect(rows).toEqual([
      expect.not.objectContaining({ stock: expect.anything() }),
      expect.objectContaining({ stock: null, imageUrl: '/images/tea.svg' }),
      expect.objectContaining({ stock: 1_200 }),
    ]);
  });

  test('A row names its currency and type, and the choices of the page fill what is empty', async () => {
    const text = 'code,name,price,currency,type\nA,Áo,"59,90",eur,digital\nB,Áo,59.90,,Hàng giao\n';
    expect(await draftsOf(text, { currency: 'USD', type: '' })).toEqual([
      expect.objectContaining({ type: 'digital', price: { amount: 5_990, currency: 'EUR' } }),
      expect.objectContaining({ type: 'physical', price: { amount: 5_990, currency: 'USD' } }),
    ]);
    expect(await draftsOf('code,name,price\nA,Áo,1', { currency: '', type: '' })).toEqual([
      [
        { kind: 'missing', field: 'type' },
        { kind: 'missing', field: 'currency' },
      ],
    ]);
  });

  test('It is refused whole where its columns are not clear', async () => {
    expect(await judge('a,b,c\n1,2,3')).toEqual({
      kind: 'columns_missing',
      fields: ['code', 'name', 'price'],
    });
    expect(await judge('mã,tên\n1,2')).toEqual({ kind: 'columns_missing', fields: ['price'] });
    expect(await judge('code,SKU,name,price\n1,2,3,4')).toEqual({
      kind: 'column_twice',
      field: 'code',
      headers: ['code', 'SKU'],
    });
    expect([await judge(''), await judge(' \n\n'), await judge('code,name,price\n')]).toEqual([
      { kind: 'empty' },
      { kind: 'empty' },
      { kind: 'empty' },
    ]);
  });

  test('Columns that nothing is read from are named', async () => {
    const read = await readImportText('code,name,price,Ghi chú,,weight\nA,Áo,1,x,,2\n');
    expect(read.kind === 'table' && read.columns.unused).toEqual(['Ghi chú', 'weight']);
  });
});

describe('A file of JSON', () => {
  const product = { ...tee, stock: null, imageUrl: null };

  test('Products as the API takes and sends them are read', async () => {
    const shown = { id: 'x', archived: false, ...product };
    for (const value of [[product], product, { items: [shown], nextCursor: null }, { products: [product] }])
      expect(await draftsOf(JSON.stringify(value, null, 2))).toEqual([product]);
  });

  test('A price of a flat entry has its decimals, and the sign is always a point', async () => {
    const flat = { code: 'A', name: 'Áo', type: 'digital', price: 1.299, currency: 'KWD' };
    expect(await draftsOf(JSON.stringify([flat]))).toEqual([
      expect.objectContaining({ price: { amount: 1_299, currency: 'KWD' } }),
    ]);
  });

  test('Null is no name, and an entry that is no object is a problem', async () => {
    expect(
      await draftsOf(JSON.stringify([{ ...product, name: null }, 5, { ...product, code: ['x'] }])),
    ).toEqual([
      [{ kind: 'missing', field: 'name' }],
      expect.arrayContaining([{ kind: 'not_a_row' }]),
      expect.arrayContaining([{ kind: 'not_a_row' }]),
    ]);
    expect(await judge('[{"code":')).toEqual({ kind: 'not_json' });
    expect(await judge('[]')).toEqual({ kind: 'empty' });
  });
});

describe('The encoding of a file', () => {
  const text = 'mã,tên,giá\nA-1,Áo thun,1\n';
  const utf16 = (bigEndian: boolean, mark = true) => {
    const units = [...(mark ? [0xfeff] : []), ...text.split('').map((sign) => sign.charCodeAt(0))];
    return new Uint8Array(
      units.flatMap((unit) => (bigEndian ? [unit >> 8, unit & 255] : [unit & 255, unit >> 8])),
    );
  };

  test('UTF-8 and UTF-16 are read, with a byte order mark and without', () => {
    const ascii = 'code,name,price\nA-1,Tee,1\n';
    for (const bytes of [new TextEncoder().encode(text), utf16(true), utf16(false)])
      expect(decodeText(bytes)).toBe(text);
    const pairs = new Uint8Array(ascii.split('').flatMap((sign) => [sign.charCodeAt(0), 0]));
    expect([decodeText(pairs), decodeText(pairs.toReversed())]).toEqual([
      ascii,
      [...ascii].toReversed().join(''),
    ]);
  });

  test('Another encoding is refused, because accents would become other letters', async () => {
    expect(decodeText(new Uint8Array([0x6d, 0xe3, 0x2c]))).toBeNull();
    expect(decodeText(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 1, 0]))).toBeNull();
    expect(await readImportFile(new Blob([new Uint8Array([0xff, 0xfe, 0x6d])]))).toEqual({
      kind: 'problem',
      problem: { kind: 'not_text' },
    });
    expect(await readImportFile(new Blob([new Uint8Array(20_000_001)]))).toEqual({
      kind: 'problem',
      problem: { kind: 'too_large' },
    });
  });
});

describe('The file of what was not taken', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =cmd|x', '＝1', "'=1"])(
    'No spreadsheet calculates the cell “%s”, and read again it is the same',
    (cell) => {
      const csv = writeCsv([
        ['code', 'name'],
        ['A', cell],
      ]);
      const row = csv
        .slice(csv.indexOf('A,') + 2)
        .replaceAll('"', '')
        .trimEnd();
      expect(row).toMatch(/^'/);
      expect(parseCsv(csv)?.rows[0]?.cells).toEqual(['A', cell]);
    },
  );

  test('Whatever a cell holds, it comes back', () => {
    assert(
      property(array(string({ unit: 'grapheme', minLength: 1 }), { minLength: 2, maxLength: 4 }), (cells) => {
        const header = cells.map((_, index) => ['code', 'name', 'price', 'stock'][index] ?? '');
        const read = parseCsv(writeCsv([header, [`x${cells[0]}`, ...cells.slice(1)]]));
        expect(read?.rows[0]?.cells).toEqual([`x${cells[0]}`, ...cells.slice(1)]);
      }),
    );
  });

  test('Excel is told that it is UTF-8', () => {
    expect(writeCsv([['mã']])).toBe('\ufeffmã\r\n');
  });
});
