/** Edits with which the limits are at work, and refuse nobody: a test is faster than a caller. */
export const raisedLimits = {
  'site/limits.conf': (text: string) =>
    text
      .replace(/rate=\d+r/g, 'rate=10000r')
      .replace(/burst=\d+/g, 'burst=10000')
      .replace(/(limit_conn \w+) \d+/, '$1 10000'),
} as const;
