/** A kind of failure in the last lines of a fuzzer: a check, an operation, and the answer's status and code. */
type Kind = {
  readonly check: string;
  readonly operation: string;
  readonly status: string;
  readonly code: string;
};

/** `operation` is null for all operations. */
type Exclusion = Omit<Kind, 'operation'> & { readonly operation: string | null; readonly reason: string };

/** Kinds that are no fault of the product. Everything else must be found right. */
const exclusions: readonly Exclusion[] = [
  {
    check: 'negative_data_rejection',
    operation: 'GET /demo/mails',
    ...{ status: '200', code: '' },
    reason:
      'the fuzzer takes each query parameter `to` for a time, and expects a refusal of all else; here it is an address',
  },
  {
    check: 'positive_data_acceptance',
    operation: null,
    ...{ status: '400', code: 'idempotency_key_invalid' },
    reason:
      'the fuzzer replaces the schema of the header by a pattern for which schemathesis makes no value, and sends 0',
  },
  {
    check: 'ensure_resource_availability',
    operation: 'Stateful tests',
    ...{ status: '404', code: 'not_found' },
    reason: 'a repeated key has the answer of its first request, also after what that had made was deleted',
  },
];

/** The kinds that `output` lists and no exclusion explains, one line each. Null if it does not end as a fuzzer's does. */
export const unexplainedKinds = (output: string): readonly string[] | null => {
  const summary = /^\d+ cases, (\d+) kinds of failure \(\d+ times\), (\d+) answers 5xx$/m.exec(output);
  if (summary === null) return null;
  const lines = output.split('\n');
  const kinds = lines.flatMap((line) => {
    const found = /^ *\d+ ([a-z_]+) {2}(\S.*?) {2}(\d{3}|None) ?(\S*)$/.exec(line);
    const [, check = '', operation = '', status = '', code = ''] = found ?? [];
    return found === null ? [] : [{ line: line.trim(), check, operation, status, code }];
  });
  // A line that is not understood must not pass for none.
  if (kinds.length !== Number(summary[1])) return [`${summary[1]} kinds, of which ${kinds.length} are read`];
  const failures = kinds.filter((kind) => !exclusions.some((one) => isSame(one, kind)));
  return [
    ...failures.map(({ line }) => line),
    ...(summary[2] === '0' ? [] : [`${summary[2]} answers are 5xx`]),
  ];
};

const isSame = (one: Exclusion, kind: Kind): boolean =>
  one.check === kind.check &&
  (one.operation === null || one.operation === kind.operation) &&
  one.status === kind.status &&
  one.code === kind.code;

/** What is left out, and why. */
export const describeExclusions = (): readonly string[] =>
  exclusions.map(
    ({ check, operation, status, code, reason }) =>
      `left out: ${check} of ${operation ?? 'all operations'} ${status} ${code}: ${reason}`,
  );
