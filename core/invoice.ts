/** The calendar year (UTC) in which an invoice or credit note is numbered. */
export const invoiceYear = (atMs: number): number => new Date(atMs).getUTCFullYear();

/** `2026-000001`. `sequence` counts from 1 within a year, without a gap. */
export const invoiceNumber = (year: number, sequence: number): string =>
  `${year}-${String(sequence).padStart(6, '0')}`;
