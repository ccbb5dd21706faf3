/** `2026-000001`. `sequence` counts from 1 within a year, without a gap. */
export const invoiceNumber = (year: number, sequence: number): string =>
  `${year}-${String(sequence).padStart(6, '0')}`;
