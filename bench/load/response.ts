/** The length in bytes of the response that starts here, with head and body. Null until its head is complete. */
export const responseLength = (bytes: Buffer): number | null => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  let at = bytes.indexOf('ontent-Length: ');
  if (at < 0 || at > end) at = bytes.indexOf('ontent-length: ');
  if (at < 0 || at > end) throw new Error('a response has no Content-Length');
  let length = 0;
  for (at += 'ontent-length: '.length; ; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    length = length * 10 + digit;
  }
  return end + 4 + length;
};

/** `202` of `HTTP/1.1 202 Accepted`. */
export const statusOf = (bytes: Buffer): string => bytes.toString('latin1', 9, 12);
