import type { AsyncResult } from '../../../core/result.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import type { ProductRow } from '../rows.ts';
import { createTokenWriter } from './tokens.ts';

/**
 * How many characters of tokens one transaction writes: the names of some hundred products, or of ten whose letters
 * stand for many words each. FTS5 takes 10 ms for them, and holds the event loop and the write lock meanwhile.
 */
export const charactersMax = 40_000;

/**
 * Writes the tokens of products while the transaction has room for them. The others are noted in `product_unindexed`,
 * in the same transaction, so a kill loses none.
 */
export const createIndexProducts = ({ client }: Connection) => {
  const { writeProduct } = createTokenWriter(client);
  const note = client.prepare<[string]>(
    'insert into product_unindexed (product_id) values (?) on conflict do nothing',
  );
  /** Called once for each transaction. */
  return () => {
    let room = charactersMax;
    return (row: Pick<ProductRow, 'id' | 'position' | 'name' | 'code' | 'archived'>): void => {
      if (room > 0) room -= writeProduct(row);
      else note.run(row.id);
    };
  };
};

/**
 * Writes the tokens of all products that are in `product_unindexed`, in one transaction for each slice. Between two
 * slices, the requests that have arrived come first.
 */
export const createIndexNoted = (
  { client, write, runStatement }: Connection,
  { yieldToEventLoop }: Pick<World, 'yieldToEventLoop'>,
): (() => AsyncResult<void>) => {
  const { writeProduct } = createTokenWriter(client);
  const next = client.prepare<[], ProductRow>(
    `select p.id, p.position, p.name, p.code, p.archived
     from product_unindexed u cross join product p on p.id = u.product_id limit 1`,
  );
  const remove = client.prepare<[string]>('delete from product_unindexed where product_id = ?');

  const indexSlice = (): void => {
    for (let room = charactersMax; room > 0; ) {
      const row = next.get();
      if (row === undefined) return;
      room -= writeProduct(row);
      remove.run(row.id);
    }
  };

  return async () => {
    for (;;) {
      // Asked without the write lock first: nearly always there is nothing to do.
      const isDone = runStatement(() => next.get() === undefined);
      if (isDone.isErr() || isDone.value) return isDone.map(() => undefined);
      await yieldToEventLoop();
      const slice = write(indexSlice);
      if (slice.isErr()) return slice;
    }
  };
};
