import type { SandboxRecord } from './records.ts';

export type Row = {
  readonly key: string;
  readonly id: string;
  readonly version: number;
  readonly due_at_ms: number | null;
  readonly body: string;
};

export const recordOf = ({ key, id, version, due_at_ms, body }: Row): SandboxRecord => ({
  id,
  key,
  version,
  dueAtMs: due_at_ms,
  body,
});
