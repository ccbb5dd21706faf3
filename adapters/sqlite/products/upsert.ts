import { err, ok, type Result } from 'neverthrow';
import type { ActivityTarget, OperatorCommand } from '../../../core/activity.ts';
import type { ProductDraft, StockMissing } from '../../../core/product.ts';
import { type CompleteDraft, completeDrafts, productTarget } from '../../../core/productChange.ts';
import type { World } from '../../../core/world.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { createRowPositions } from '../rowPositions.ts';
import type { ProductRow } from '../rows.ts';
import { createIndexProducts } from '../search/unindexed.ts';
import { createSetStock } from './stock.ts';

type KnownRow = Pick<ProductRow, 'id' | 'position' | 'name' | 'imageUrl' | 'archived'>;

/**
 * See `Products.upsert`. Runs in the caller's transaction. If there are many new names, the tokens of some are only noted
 * as missing.
 */
export const createUpsertProducts = (connection: Connection, { ids }: World) => {
  const { client } = connection;
  const setStock = createSetStock(connection);
  const writeActivity = createWriteActivity(connection);
  const positionOf = createRowPositions(client, 'product', 'product_search');
  const byCode = client.prepare<[string], KnownRow>(
    'select id, position, name, image_url as imageUrl, archived from product where code = ?',
  );
  const insert = client.prepare<[number, string, ...DraftValues, number]>(
    `insert into product (position, id, code, name, type, amount, currency, image_url, created_ms, updated_ms)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = client.prepare<[...DraftValues, number]>(
    `update product set code = ?, name = ?, type = ?, amount = ?, currency = ?, image_url = ?, updated_ms = ?
     where position = ?`,
  );
  const indexProducts = createIndexProducts(connection);

  type Index = ReturnType<typeof indexProducts>;

  const create = (draft: CompleteDraft, nowMs: number, index: Index): string => {
    const id = ids.next(nowMs);
    const position = positionOf(id);
    insert.run(position, id, ...valuesOf(draft, nowMs), nowMs);
    index({ id, position, archived: false, ...draft });
    setStock(id, draft.stock);
    return id;
  };

  const replace = (
    { id, position, name, archived }: KnownRow,
    draft: CompleteDraft,
    nowMs: number,
    index: Index,
  ): void => {
    update.run(...valuesOf(draft, nowMs), position);
    if (name !== draft.name) index({ id, position, archived, ...draft });
    setStock(id, draft.stock);
  };

  return (
    drafts: readonly ProductDraft[],
    nowMs: number,
    existing: 'replace' | 'keep',
    command?: OperatorCommand,
  ): Result<{ readonly created: number; readonly updated: number }, StockMissing> => {
    // Of several drafts with one code, the last one counts.
    const lastByCode = new Map(drafts.map((draft) => [draft.code, draft]));
    const known = new Map(
      [...lastByCode.keys()].flatMap((code) => {
        const row = byCode.get(code);
        return row === undefined ? [] : [[code, row] as const];
      }),
    );
    const completed = completeDrafts([...lastByCode.values()], known);
    if (completed.isErr()) return err(completed.error);
    const index = indexProducts();
    let created = 0;
    let updated = 0;
    const targets: ActivityTarget[] = [];
    for (const draft of completed.value) {
      // Read again: a new product of this import may have moved the row.
      const row = known.has(draft.code) ? byCode.get(draft.code) : undefined;
      if (row === undefined) {
        targets.push(productTarget(create(draft, nowMs, index), lastByCode.get(draft.code) ?? draft));
        created++;
      } else if (existing === 'replace') {
        replace(row, draft, nowMs, index);
        targets.push(productTarget(row.id, lastByCode.get(draft.code) ?? draft));
        updated++;
      }
    }
    writeActivity(command, 'product.upsert', targets, nowMs);
    return ok({ created, updated });
  };
};

type DraftValues = [string, string, string, number, string, string | null, number];

const valuesOf = ({ code, name, type, price, imageUrl }: CompleteDraft, nowMs: number): DraftValues => [
  code,
  name,
  type,
  price.amount,
  price.currency,
  imageUrl,
  nowMs,
];
