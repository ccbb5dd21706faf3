/** The bad rows of the file, by what is wrong with them. */
const mistakes: readonly ((row: number) => string)[] = [
  (row) => `;Không mã ${row};100.000;5`,
  (row) => `P-${row};;100.000;5`,
  (row) => `P-${row};Giá sai ${row};miễn phí;5`,
  (row) => `P-${row};=HYPERLINK("x") ${row};-1;5`,
  (row) => `P-${row};Tồn sai ${row};100.000;nhiều`,
  () => 'TWICE;Trùng mã;100.000;5',
];

export const rowsOfFile = 5_000;
export const badRows = 60;

/** 5,000 products as Excel in Vietnam saves them, 60 of them with a problem: each 83rd row. */
export const createImportFile = (): string => {
  const lines = ['Mã hàng;Tên sản phẩm;Giá bán;Tồn kho'];
  let bad = 0;
  for (let row = 2; row <= rowsOfFile + 1; row++) {
    const isBad = row % 83 === 0 && bad < badRows;
    const mistake = mistakes[bad % mistakes.length];
    lines.push(
      isBad && mistake !== undefined
        ? mistake(row)
        : `P-${row};"Sản phẩm ""số"" ${row}";${row}.000 ₫;${row % 40}`,
    );
    if (isBad) bad++;
  }
  return `\ufeff${lines.join('\r\n')}\r\n`;
};
