import { Table } from '../../parts/Table.tsx';
import { Time } from '../../parts/Time.tsx';
import type { ConsoleRecordWords } from '../../words/consoleEnRecords.ts';
import { wordOf } from '../../words/words.ts';
import { orderPath } from '../orders/addresses.ts';
import { type ActivityQuestion, targetPath } from './activityAddress.ts';
import { detailText, nameIn } from './activityDetail.ts';
import type { Activity } from './recordApi.ts';

type ActivityTableProps = {
  readonly rows: readonly Activity[];
  readonly words: ConsoleRecordWords;
  /** The same list, narrowed to one actor or target. */
  readonly hrefOf: (changes: Partial<ActivityQuestion>) => string;
};

export const ActivityTable = ({ rows, words, hrefOf }: ActivityTableProps) => {
  const texts = words.activity;
  return (
    <Table
      caption={texts.list}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        { key: 'when', head: texts.when, cell: ({ at }) => <Time at={at} /> },
        {
          key: 'actor',
          head: texts.actor,
          cell: ({ actor }) => (
            <a class="name" href={hrefOf({ actor: actor.id })}>
              {'email' in actor ? actor.email : texts.key(actor.name)}
            </a>
          ),
        },
        {
          key: 'action',
          head: texts.action,
          cell: ({ action }) => <span class="words">{wordOf<string>(texts.actions, action) ?? action}</span>,
        },
        {
          key: 'target',
          head: texts.target,
          cell: (row) => <Target row={row} words={words} hrefOf={hrefOf} />,
        },
        {
          key: 'detail',
          head: texts.detail,
          cell: ({ detail }) => (detail === null ? '' : <span class="small">{detailText(detail)}</span>),
        },
        {
          key: 'request',
          head: texts.request,
          cell: ({ requestId }) => <code class="small">{requestId}</code>,
        },
      ]}
    />
  );
};

type TargetProps = Pick<ActivityTableProps, 'words' | 'hrefOf'> & { readonly row: Activity };

const Target = ({ row: { action, target, orderId, detail }, words, hrefOf }: TargetProps) => {
  const path = targetPath(action, target);
  return (
    <span class="stack tight">
      <a href={path ?? hrefOf({ target })}>{nameIn(action, detail) ?? <code class="small">{target}</code>}</a>
      {orderId === null || orderId === target ? null : (
        <a class="small" href={orderPath(orderId)}>
          {words.activity.order}
        </a>
      )}
    </span>
  );
};
