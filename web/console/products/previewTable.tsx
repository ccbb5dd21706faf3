import { useRef, useState } from 'preact/hooks';
import { Button } from '../../parts/Button.tsx';
import { useLanguage } from '../../parts/language.ts';
import { Status } from '../../parts/Status.tsx';
import { Table } from '../../parts/Table.tsx';
import { formatCount, formatMoney } from '../../shared/money.ts';
import { describeRows, type ImportWords } from './describeImport.ts';
import type { JudgedRow } from './judgeRows.ts';

type PreviewTableProps = { readonly rows: readonly JudgedRow[]; readonly words: ImportWords };

/** More at once would make a page of five thousand rows slow. */
const pageRows = 50;

export const PreviewTable = ({ rows, words }: PreviewTableProps) => {
  const language = useLanguage();
  const count = (number: number) => formatCount(number, language);
  const [wanted, setStart] = useState(0);
  // Another choice may have made the list shorter.
  const start = wanted < rows.length ? wanted : 0;
  const top = useRef<HTMLParagraphElement>(null);
  const shown = rows.slice(start, start + pageRows);
  const turn = (to: number) => {
    setStart(to);
    top.current?.focus();
  };
  const { product } = words;
  return (
    <div class="stack tight">
      <p class="small soft" ref={top} tabIndex={-1}>
        {words.range({
          first: count(Math.min(start + 1, rows.length)),
          last: count(start + shown.length),
          total: count(rows.length),
        })}
      </p>
      <Table
        caption={words.preview}
        rows={shown}
        keyOf={({ number }) => String(number)}
        columns={[
          { key: 'row', head: words.row, isNumber: true, cell: ({ number }) => count(number) },
          { key: 'code', head: product.code, cell: ({ code }) => short(code) },
          { key: 'name', head: product.name, cell: ({ name }) => short(name) },
          {
            key: 'price',
            head: product.price,
            isNumber: true,
            cell: ({ draft }) => (draft === null ? '' : formatMoney(draft.price, language)),
          },
          {
            key: 'stock',
            head: product.stock,
            isNumber: true,
            cell: ({ draft }) =>
              draft?.stock === undefined ? '' : draft.stock === null ? product.endless : count(draft.stock),
          },
          {
            key: 'problem',
            head: words.problem,
            cell: ({ problems }) =>
              problems.length === 0 ? (
                <span class="soft">{words.fine}</span>
              ) : (
                <div class="problems">
                  <Status tone="bad">{describeRows(problems, words)}</Status>
                </div>
              ),
          },
        ]}
      />
      {rows.length <= pageRows ? null : (
        <div class="row between">
          {start === 0 ? (
            <span />
          ) : (
            <Button onPress={() => turn(Math.max(0, start - pageRows))}>{words.earlier}</Button>
          )}
          {start + pageRows >= rows.length ? null : (
            <Button onPress={() => turn(start + pageRows)}>{words.later}</Button>
          )}
        </div>
      )}
    </div>
  );
};

/** A quote that was not closed may have the rest of the file in it. */
const shortMax = 200;
const short = (text: string): string => (text.length > shortMax ? `${text.slice(0, shortMax)}…` : text);
