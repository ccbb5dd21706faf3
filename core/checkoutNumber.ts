/** A checkout's number for people. `sequence` comes from the store: it is unique, and has gaps. */
export type CheckoutNumber = { readonly prefix: string; readonly sequence: number };

/** The first `sequence`. So the first numbers of a shop are as long as the later ones. */
export const firstCheckoutSequence = 100_001;

export const formatCheckoutNumber = ({ prefix, sequence }: CheckoutNumber): string => `${prefix}${sequence}`;

/** Null if no checkout can have this number. Small letters and spaces around it do not matter. */
export const parseCheckoutNumber = (text: string): CheckoutNumber | null => {
  const [, prefix = '', digits = ''] = /^(.*?)([1-9]\d{0,14})$/s.exec(text.trim().toUpperCase()) ?? [];
  return digits !== '' && isNumberPrefix(prefix) ? { prefix, sequence: Number(digits) } : null;
};

/**
 * A prefix has only capital letters, digits and hyphens, and no digit at its end. So a number is cut in one way only, and
 * two prefixes never make the same number.
 */
export const isNumberPrefix = (text: string): boolean => /^(?:[A-Z0-9-]{0,11}[A-Z-])?$/.test(text);
