import { decodeText } from './decodeText.ts';
import { type Columns, type FileProblem, findColumns, type Table } from './importTable.ts';
import { parseJson } from './readJson.ts';

export type ReadImport =
  | { readonly kind: 'table'; readonly table: Table; readonly columns: Columns }
  | { readonly kind: 'problem'; readonly problem: FileProblem };

/** More than a browser shows and sends in one go without trouble: about 100,000 products. */
const fileBytesMax = 20_000_000;

export const readImportFile = async (file: Blob): Promise<ReadImport> => {
  if (file.size > fileBytesMax) return failed({ kind: 'too_large' });
  const bytes = await file.arrayBuffer().catch(() => null);
  if (bytes === null) return failed({ kind: 'unreadable' });
  const text = decodeText(new Uint8Array(bytes));
  return text === null ? failed({ kind: 'not_text' }) : readImportText(text);
};

/** CSV or JSON, by how it begins. The ending of a file's name says little. */
export const readImportText = async (text: string): Promise<ReadImport> => {
  const plain = text.replace(/^\ufeff/, '');
  if (plain.trim() === '') return failed({ kind: 'empty' });
  const isJson = /^\s*[[{]/.test(plain);
  const table = isJson ? parseJson(plain) : (await import('./csv.ts')).parseCsv(plain);
  if (table === null) return failed({ kind: isJson ? 'not_json' : 'empty' });
  if (table.rows.length === 0) return failed({ kind: 'empty' });
  const columns = findColumns(table.headers);
  return 'kind' in columns ? failed(columns) : { kind: 'table', table, columns };
};

const failed = (problem: FileProblem): ReadImport => ({ kind: 'problem', problem });
