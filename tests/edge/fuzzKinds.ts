/** A kind of failure in the last lines of a fuzzer: a check, an operation, and the answer's status and code. */
type Kind = { readonly check: string; readonly operation: string; readonly status: string };

type Exclusion = Kind & { readonly reason: string };

/** Kinds that are no fault of the product. Everything else must be found right. */
const exclusions: readonly Exclusion[] = [
  {
    check: 'negative_data_rejection',
    operation: 'GET /demo/mails',
    status: '200',
    reason:
      'the fuzzer takes each query parameter `to` for a time, and expects a refusal of all else; here it is an address',
  },
];

/** The kinds that `output` lists and no exclusion explains, one line each. Null if it does not end as a fuzzer's does. */
export const unexplainedKinds = (output: string): readonly string[] | null => {
  const summary = /^\d+ cases, (\d+) kinds of failure \(\d+ times\), (\d+) answers 5xx$/m.exec(output);
  if (summary === null) return null;
  const lines = output.split('\n');
  const kinds = lines.flatMap((line) => {
    const found = /^ *\d+ ([a-z_]+) {2}(\S.*?) {2}(\d{3}|None) ?(\S*)$/.exec(line);
    const [, check = '', operation = '', status = ''] = found ?? [];
    return found === null ? [] : [{ line: line.trim(), check, operation, status }];
  });
  // A line that is not understood must not pass for none.
  if (kinds.length !== Number(summary[1])) return [`${summary[1]} kinds, of which ${kinds.length} are read`];
  const failures = kinds.filter((kind) => !exclusions.some((one) => isSame(one, kind)));
  return [
    ...failures.map(({ line }) => line),
    ...(summary[2] === '0' ? [] : [`${summary[2]} answers are 5xx`]),
  ];
};

const isSame = (one: Kind, other: Kind): boolean =>
  one.check === other.check && one.operation === other.operation && one.status === other.status;

/** What is left out, and why. */
export const describeExclusions = (): readonly string[] =>
  exclusions.map(
    ({ check, operation, status, reason }) => `left out: ${check} of ${operation} ${status}: ${reason}`,
  );
