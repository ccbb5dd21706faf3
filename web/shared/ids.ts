/** `crypto.getRandomValues`, as a port, so that tests can say what chance gives. */
export type RandomBytes = (bytes: Uint8Array<ArrayBuffer>) => void;

const cryptoBytes: RandomBytes = (bytes) => {
  crypto.getRandomValues(bytes);
};

/**
 * A UUID of version 4. `crypto.randomUUID` is missing on pages without a secure context, such as a phone that opens
 * the shop by plain http; `getRandomValues` is there on all pages.
 */
export const createId = (fill: RandomBytes = cryptoBytes): string => {
  const bytes = new Uint8Array(16);
  fill(bytes);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};
