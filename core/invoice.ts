/** Numbers run within a calendar year (UTC) from 1 without a gap: `2026-000001`. */
export const invoiceYear = (atMs: number): number => new Date(atMs).getUTCFullYear();

export const invoiceNumber = (year: number, sequence: number): string =>
  `${year}-${String(sequence).padStart(6, '0')}`;
