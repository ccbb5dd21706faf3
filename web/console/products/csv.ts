import Papa from 'papaparse';
import { knownHeaders, type Table, type TableRow } from './importTable.ts';

/** The only file that knows the parser, so that it is loaded where a file of CSV is read or written. */

const delimiters = [',', ';', '\t', '|'] as const;

/** What Excel writes before the header, to name the sign that sets cells apart. */
const sepLine = /^sep=(.)\r?\n/i;

const optionsOf = (delimiter: string) => ({
  delimiter,
  // Rows keep the numbers that a spreadsheet shows, so empty ones are left out later.
  skipEmptyLines: false,
});

/** Null if nothing is in it. */
export const parseCsv = (text: string): Table | null => {
  const named = sepLine.exec(text);
  const offset = named === null ? 0 : 1;
  const body = named === null ? text : text.slice(named[0].length);
  const delimiter = named?.[1] ?? findDelimiter(body);
  const { data, errors } = Papa.parse<string[]>(body, optionsOf(delimiter));
  const start = data.findIndex((cells) => !isEmpty(cells));
  const headers = data[start];
  if (headers === undefined) return null;
  const broken = new Set(errors.filter(({ type }) => type === 'Quotes').map(({ row }) => row));
  const rows = data.flatMap((cells, index): readonly TableRow[] => {
    if (index <= start || isEmpty(cells)) return [];
    const extra = cells.slice(headers.length).some((cell) => cell.trim() !== '');
    const fault = broken.has(index) ? 'open_quote' : extra ? 'extra_cells' : null;
    return [{ number: index + 1 + offset, cells: cells.map(withoutGuard), fault }];
  });
  return { headers, rows, isJson: false };
};

const isEmpty = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

/** The one that makes most headers of the first row. */
const findDelimiter = (text: string): string => {
  let best = { delimiter: ',', known: 0 };
  for (const delimiter of delimiters) {
    const { data } = Papa.parse<string[]>(text.trimStart(), { ...optionsOf(delimiter), preview: 1 });
    const known = knownHeaders(data[0] ?? []);
    if (known > best.known) best = { delimiter, known };
  }
  return best.delimiter;
};

/**
 * A cell that a spreadsheet would calculate. It may stand after blanks, and some spreadsheets know the wide signs. With
 * apostrophes before it, so that those of a value are not taken for ours.
 */
const formula = /^'*[\s\0]*[=+\-@＝＋－＠]/;

/** What `writeCsv` has put before a formula is not part of the value. */
const withoutGuard = (cell: string): string =>
  cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;

/** With a byte order mark, so that Excel reads the accents. No cell is calculated by whoever opens it. */
export const writeCsv = (rows: readonly (readonly string[])[]): string =>
  `\ufeff${Papa.unparse(
    rows.map((cells) => cells.map((cell) => (formula.test(cell) ? `'${cell}` : cell))),
    { newline: '\r\n' },
  )}\r\n`;
