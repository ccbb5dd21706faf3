import { redact } from './redact.ts';

/** What one check found. */
export type Finding = {
  readonly part: string;
  readonly state: 'ok' | 'wrong';
  readonly text: string;
  /** What an operator can do about it. */
  readonly advice?: string | null;
};

const indent = ' '.repeat(7);

/** A table, with what to do below each line that is wrong. It shows no secret. */
export const renderFindings = (findings: readonly Finding[]): string => {
  const width = Math.max(...findings.map(({ part }) => part.length));
  const lines = findings.flatMap(({ part, state, text, advice }) => [
    `${state.padEnd(7)}${part.padEnd(width)}  ${text.replace(/\s+/g, ' ')}`,
    ...(state === 'wrong' && advice ? [`${indent}${' '.repeat(width)}  → ${advice}`] : []),
  ]);
  const wrong = findings.filter(({ state }) => state === 'wrong').length;
  const summary =
    wrong === 0 ? 'Nothing is wrong.' : wrong === 1 ? 'One thing is wrong.' : `${wrong} things are wrong.`;
  return `${redact([...lines, '', summary].join('\n'))}\n`;
};

export const isHealthy = (findings: readonly Finding[]): boolean =>
  findings.every(({ state }) => state === 'ok');
