import type { ConsoleImportWords } from '../../words/consoleEnImport.ts';
import type { ConsoleProductWords } from '../../words/consoleEnProducts.ts';
import type { RunState } from './importRun.ts';
import { type FileProblem, fieldOfHeader } from './importTable.ts';
import type { JudgedRow, RowProblem } from './judgeRows.ts';

export type ImportWords = ConsoleImportWords & { readonly product: ConsoleProductWords };

export const describeFile = (problem: FileProblem, words: ImportWords): string => {
  switch (problem.kind) {
    case 'columns_missing':
      return words.missingColumns(problem.fields.map((field) => words.fields[field]).join(', '));
    case 'column_twice':
      return words.twice(problem.headers.join(', '));
    default:
      return words.files[problem.kind];
  }
};

/** Enough to find them. A hundred rows with one code would fill the page. */
const rowsNamedMax = 5;

const describeRow = (problem: RowProblem, { problems, fields, product }: ImportWords): string => {
  switch (problem.kind) {
    case 'missing':
      return problems.missing(fields[problem.field]);
    case 'invalid':
      return `${fields[problem.field]}: ${product.invalid[problem.field]}`;
    case 'too_many_decimals':
      return problems.too_many_decimals(problem.decimals);
    case 'same_code': {
      const more = problem.rows.length > rowsNamedMax ? ', …' : '';
      return problems.same_code(problem.rows.slice(0, rowsNamedMax).join(', ') + more);
    }
    case 'refused':
      return problems.refused(problem.message);
    default:
      return problems[problem.kind];
  }
};

export const describeRows = (found: readonly RowProblem[], words: ImportWords): string =>
  found.map((problem) => describeRow(problem, words)).join('. ');

/** Each row that was not taken, and why, in the order of the file. */
export const notTaken = (
  rows: readonly JudgedRow[],
  run: RunState,
  words: ImportWords,
): readonly { readonly row: JudgedRow; readonly why: string }[] => {
  const waiting = new Set(run.waiting);
  return rows.flatMap((row) => {
    const refused = run.refused.get(row.number);
    if (row.problems.length > 0) return [{ row, why: describeRows(row.problems, words) }];
    if (refused !== undefined) return [{ row, why: describeRow(refused, words) }];
    return waiting.has(row.number) ? [{ row, why: words.notSent }] : [];
  });
};

/** Null says that a product cannot run out, or has no picture. Anywhere else it would become a name. */
const isEmpty = ({ cells }: JudgedRow, index: number, header: string): boolean =>
  cells[index] === undefined || !['stock', 'imageUrl'].includes(fieldOfHeader(header) ?? '');

/** The lines of the file: its own columns, so that it can be mended and imported again, and what is wrong. */
export const notTakenLines = (
  headers: readonly string[],
  left: ReturnType<typeof notTaken>,
  words: ImportWords,
): readonly (readonly string[])[] => [
  [...headers, words.problem],
  ...left.map(({ row, why }) => [
    ...headers.map((header, index) => row.cells[index] ?? (isEmpty(row, index, header) ? '' : 'null')),
    why,
    // What stood beyond the columns is not lost.
    ...row.cells.slice(headers.length).map((cell) => cell ?? ''),
  ]),
];
