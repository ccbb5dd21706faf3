/** The document's example of the page of metrics: the beginning of one. */
export const metricsSample = [
  '# HELP cartwright_checkouts_total Checkouts by outcome. A replay is a repeated key that got its stored response.',
  '# TYPE cartwright_checkouts_total counter',
  'cartwright_checkouts_total{outcome="succeeded"} 1042',
  'cartwright_checkouts_total{outcome="declined"} 17',
  '',
].join('\n');
