import type { ComponentChildren } from 'preact';

type Column<Row> = {
  readonly key: string;
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers end at one line. */
  readonly isNumber?: boolean;
};

type TableProps<Row> = {
  readonly caption: string;
  /** It is heard, but not shown: a heading above says the same. */
  readonly isCaptionHidden?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
};

/**
 * A table that becomes cards on a phone. The roles are written out, because a browser forgets them where CSS changes how
 * rows and cells are laid out.
 */
export const Table = <Row,>({ caption, isCaptionHidden = false, columns, rows, keyOf }: TableProps<Row>) => (
  // biome-ignore-start lint/a11y/noRedundantRoles: the roles are not redundant once CSS changes the layout.
  <table class="table" role="table">
    <caption class={isCaptionHidden ? 'sr' : undefined}>{caption}</caption>
    <thead role="rowgroup">
      <tr role="row">
        {columns.map(({ key, head, isNumber }) => (
          <th key={key} scope="col" role="columnheader" class={isNumber === true ? 'end' : undefined}>
            {head}
          </th>
        ))}
      </tr>
    </thead>
    <tbody role="rowgroup">
      {rows.map((row) => (
        <tr key={keyOf(row)} role="row">
          {columns.map(({ key, head, cell, isNumber }) => (
            <td key={key} role="cell" data-label={head} class={isNumber === true ? 'end num' : undefined}>
              <span>{cell(row)}</span>
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
  // biome-ignore-end lint/a11y/noRedundantRoles: as above.
);
