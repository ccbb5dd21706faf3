import { describe, expect, test } from 'bun:test';
import { unexplainedKinds } from './fuzzKinds.ts';

const explained = `    5 negative_data_rejection  GET /demo/mails  200 
        GET demo/mails?to=AAA `;
const ours = `    7 positive_data_acceptance  POST /queue/pauses  422 validation_failed
        POST queue/pauses {"pipeline": "refund", "step": "ship"}`;

describe('The kinds of failure of a fuzzer', () => {
  test('A kind with a reason is left out, and every other is named', () => {
    const output = `${ours}\n${explained}\n90 cases, 2 kinds of failure (12 times), 0 answers 5xx\n`;
    expect(unexplainedKinds(output)).toEqual([
      '7 positive_data_acceptance  POST /queue/pauses  422 validation_failed',
    ]);
    expect(unexplainedKinds(`${explained}\n90 cases, 1 kinds of failure (5 times), 0 answers 5xx\n`)).toEqual(
      [],
    );
  });

  test('A kind with a reason for all operations is left out of each, and not with another code', () => {
    const kindOf = (operation: string, code: string) =>
      `    1 positive_data_acceptance  ${operation}  400 ${code}`;
    const output = [
      kindOf('POST /keys', 'idempotency_key_invalid'),
      kindOf('POST /orders', 'idempotency_key_invalid'),
      kindOf('POST /orders', 'malformed_body'),
      '90 cases, 3 kinds of failure (3 times), 0 answers 5xx',
    ].join('\n');
    expect(unexplainedKinds(output)).toEqual([
      '1 positive_data_acceptance  POST /orders  400 malformed_body',
    ]);
  });

  test('An answer 5xx, a kind that cannot be read and an end without a summary are failures', () => {
    expect(unexplainedKinds('90 cases, 0 kinds of failure (0 times), 2 answers 5xx\n')).toEqual([
      '2 answers are 5xx',
    ]);
    expect(unexplainedKinds('90 cases, 1 kinds of failure (1 times), 0 answers 5xx\n')).toHaveLength(1);
    expect(unexplainedKinds('schemathesis cannot be installed\n')).toBeNull();
  });
});
