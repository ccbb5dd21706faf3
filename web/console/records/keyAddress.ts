import { queryOf } from '../../shared/query.ts';

export const keysPath = '/console/keys';

type Query = Readonly<Record<string, string | undefined>>;

export type KeyAddress = {
  readonly cursor: string | null;
  /** `new` while a key is being made, the id of one that is to be ended, or null. */
  readonly open: string | null;
};

export const readKeyAddress = ({ cursor, open }: Query): KeyAddress => ({
  cursor: cursor || null,
  open: open || null,
});

export const keyAddress = (address: KeyAddress): string => keysPath + queryOf(address);
