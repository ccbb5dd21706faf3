import type { Kinds } from './settingKinds.ts';

export const logSettings = ({ whole }: Kinds) => ({
  slowMs: whole(
    'SLOW_MS',
    1_000,
    1,
    600_000,
    'A request or a statement of the database that takes this long has a warning in the log. Repetitions are one line a minute, with a count.',
  ),
});
