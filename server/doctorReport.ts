import { redact } from './redact.ts';

/** What one check found. */
export type Finding = {
  readonly part: string;
  /** `warning`: it may be meant so. It alone does not fail the doctor. */
  readonly state: 'ok' | 'warning' | 'wrong';
  readonly text: string;
  /** What an operator can do about it. */
  readonly advice?: string | null;
};

const stateWidth = 'warning'.length + 2;
const indent = ' '.repeat(stateWidth);

/** A table, with what to do below each line that is wrong. It shows no secret. */
export const renderFindings = (findings: readonly Finding[]): string => {
  const width = Math.max(...findings.map(({ part }) => part.length));
  const lines = findings.flatMap(({ part, state, text, advice }) => [
    `${state.padEnd(stateWidth)}${part.padEnd(width)}  ${text.replace(/\s+/g, ' ')}`,
    ...(state === 'wrong' && advice ? [`${indent}${' '.repeat(width)}  → ${advice}`] : []),
  ]);
  const count = (which: Finding['state']) => findings.filter(({ state }) => state === which).length;
  const [wrong, warnings] = [count('wrong'), count('warning')];
  const summary = [
    wrong === 0 ? 'Nothing is wrong.' : wrong === 1 ? 'One thing is wrong.' : `${wrong} things are wrong.`,
    ...(warnings === 0 ? [] : [warnings === 1 ? 'One warning.' : `${warnings} warnings.`]),
  ].join(' ');
  return `${redact([...lines, '', summary].join('\n'))}\n`;
};

export const isHealthy = (findings: readonly Finding[]): boolean =>
  findings.every(({ state }) => state !== 'wrong');
