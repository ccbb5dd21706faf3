import type { ArchivedRow, ArchivedTable } from '../../../core/archive.ts';
import { eventTypes } from '../../../core/event.ts';
import { firstIdAt } from '../../../core/id.ts';
import { type Actor, count, done, ground, say, type Verb } from '../ground.ts';
import { erase } from './customerVerbs.ts';
import { finishTasks } from './refunds.ts';
import { adopt, correct, dispute, pay, refund, type Rows as TaskRows } from './tasks.ts';

type Rows = TaskRows & {
  readonly history: readonly ArchivedRow[];
  readonly ledger: readonly ArchivedRow[];
};

const dayMs = 24 * 3_600_000;

/** A completed checkout, and what a month's file has of it. */
const build = async (actor: Actor): Promise<Rows> => {
  const rows = await pay(actor);
  await finishTasks(actor);
  const range = { from: firstIdAt(actor.shop.now() - dayMs), until: firstIdAt(actor.shop.now() + dayMs) };
  const read = (table: ArchivedTable) => actor.archive.read(table, range, null, 100);
  return { ...rows, history: await read('order_state'), ledger: await read('step_ledger') };
};

const remove = (table: ArchivedTable): Verb<Rows> => ({
  port: 'archive.remove',
  run: async ({ archive }, { history, ledger }) =>
    count(await archive.remove(table, table === 'order_state' ? history : ledger)),
});

const restore: Verb<Rows> = {
  port: 'archive.restore',
  run: async ({ archive }, { history, ledger }) => count(await archive.restore([...history, ...ledger])),
};

const dropLedger: Verb<Rows> = {
  port: 'dropOld',
  skips: true,
  run: async ({ shop, store }) =>
    say(store.dropOld({ kind: 'ledger', beforeMs: shop.now() + dayMs, limit: 100 }), ({ rows }) =>
      count(rows),
    ),
};

const createWebhook: Verb<Rows> = {
  port: 'subscriptions.create',
  run: async ({ shop, store }) => {
    const target = 'https://new.example/hooks';
    const own = { id: shop.newId(), kind: 'webhook', target, types: eventTypes, secret: 'whsec_1' } as const;
    return say(store.subscriptions.create(own, shop.now()), done);
  },
};

const onArchived = {
  'archive the history': remove('order_state'),
  'archive the ledger': remove('step_ledger'),
  'restore the month': restore,
  'drop the old ledger': dropLedger,
  'refund 60 % of a': refund(0, 0.6),
  'refund a': refund(1, null),
  'adopt a refund of all': adopt,
  'record a dispute': dispute,
  'send the mails again': correct,
  'erase the customer': erase,
  'create a webhook': createWebhook,
} as const;

/** What is in a file is not in the table. */
const ignores = ['history_wrong', 'history_ends_wrong'];

export const monthGround = ground<Rows>({ name: 'an old month', build, verbs: onArchived, ignores });

export const archivedGround = ground<Rows>({
  name: 'an archived month',
  build: async (actor) => {
    const rows = await build(actor);
    await actor.archive.remove('order_state', rows.history);
    await actor.archive.remove('step_ledger', rows.ledger);
    return rows;
  },
  verbs: onArchived,
  ignores,
});
