import { t } from 'elysia';

/** The name of a step, in a request. */
export const step = t.String({
  pattern: '^[a-z][a-z0-9_]{0,63}$',
  description: 'the name of a step',
});

/** The whole error of a task, in a request. PostgreSQL cannot compare a text with a NUL. */
export const taskError = t.String({
  pattern: '^[^\\u0000]*$',
  maxLength: 20_000,
  description: 'the whole error of a task',
  documented: { maxLength: 20_000, pattern: '^[^\\x00]*$' },
});
