/** The text formats of Prometheus: its own, version 0.0.4, and OpenMetrics 1.0.0. */
export type MetricsFormat = 'prometheus' | 'openmetrics';

export const contentTypes: Readonly<Record<MetricsFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

export type Sample = {
  /** What comes after the name of the family, such as `_bucket`. */
  readonly suffix: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
};

export type Family = {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
};

export const renderFamilies = (families: readonly Family[], format: MetricsFormat): string => {
  const lines = families.flatMap((family) => renderFamily(family, format));
  return `${[...lines, ...(format === 'openmetrics' ? ['# EOF'] : [])].join('\n')}\n`;
};

const renderFamily = ({ name, type, help, samples }: Family, format: MetricsFormat): readonly string[] => {
  if (samples.length === 0) return [];
  // In OpenMetrics `_total` is a suffix of a counter's samples, and no part of its name.
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  return [
    `# HELP ${family} ${format === 'openmetrics' ? escapeLabel(help) : escapeHelp(help)}`,
    `# TYPE ${family} ${type}`,
    ...samples.map(
      ({ suffix, labels, value }) => `${name}${suffix}${renderLabels(labels)} ${renderNumber(value)}`,
    ),
  ];
};

const renderLabels = (labels: Sample['labels']): string =>
  labels.length === 0
    ? ''
    : `{${labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`;

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

const renderNumber = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
};

/** A bound of a bucket. `1.0` and not `1` in both formats: the text is a label, so another text would be another series. */
export const renderBound = (bound: number): string =>
  Number.isInteger(bound) ? bound.toFixed(1) : renderNumber(bound);

/** OpenMetrics if the header prefers it, or likes both as much; else the older format, which every scraper reads. */
export const formatOf = (accept: string | null): MetricsFormat => {
  let openmetrics = 0;
  let plain = 0;
  for (const part of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';').map((each) => each.trim());
    const parameter = (name: string) =>
      parameters.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
    const given = Number(parameter('q') ?? 1);
    const quality = Number.isNaN(given) ? 0 : given;
    if (type === 'application/openmetrics-text' && /^"?1\.0\.0"?$/.test(parameter('version') ?? '1.0.0'))
      openmetrics = Math.max(openmetrics, quality);
    if (type === 'text/plain') plain = Math.max(plain, quality);
  }
  return openmetrics > 0 && openmetrics >= plain ? 'openmetrics' : 'prometheus';
};
