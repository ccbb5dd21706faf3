import { useLayoutEffect, useRef } from 'preact/hooks';
import { useLocation } from '../../frame/location.tsx';
import { focusHeading } from '../../frame/pageFocus.ts';
import { useTitle } from '../../frame/useTitle.ts';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { Status } from '../../parts/Status.tsx';
import { Table } from '../../parts/Table.tsx';
import { Time } from '../../parts/Time.tsx';
import type { ConsoleRecordWords } from '../../words/consoleEnRecords.ts';
import { wordOf } from '../../words/words.ts';
import { Allowed } from '../allowed.tsx';
import { ListBody } from '../listBody.tsx';
import type { PageProps } from '../page.tsx';
import { useKeptFocus } from '../useKeptFocus.ts';
import { useList } from '../useList.ts';
import { EndKeyDialog } from './endKeyDialog.tsx';
import { keyAddress, readKeyAddress } from './keyAddress.ts';
import { NewKeyDialog } from './newKeyDialog.tsx';
import { keyListPath, type ServiceKey } from './recordApi.ts';

/** The keys of programs: who made them, what they may do, and when they were last used. */
export const KeysPage = ({ words }: PageProps<ConsoleRecordWords>) => {
  const { query, route } = useLocation();
  const address = readKeyAddress(query);
  const list = useList<ServiceKey>(keyListPath(address.cursor));
  const { items, load } = list;
  const { keys } = words;
  useTitle(keys.title);
  useFocusAfterDialog(address.open);

  const open = (next: string | null) => route(keyAddress({ ...address, open: next }));
  const toEnd = items?.find(({ id }) => id === address.open) ?? null;
  return (
    <div class="page wide records" {...useKeptFocus()}>
      <div class="row between">
        <h1>{keys.title}</h1>
        <Allowed needs="keys:write" look="main" onPress={() => open('new')}>
          {keys.create}
        </Allowed>
      </div>
      <p class="soft">{keys.intro}</p>
      <ListBody
        list={list}
        empty={<EmptyState title={keys.empty}>{keys.emptyText}</EmptyState>}
        cursor={address.cursor}
        hrefAt={(cursor) => keyAddress({ ...address, cursor })}
        labels={keys}
      >
        {(shown) => <KeyTable keys={shown} words={words} onEnd={open} />}
      </ListBody>
      {address.open === 'new' ? (
        <NewKeyDialog words={words} onClose={() => open(null)} onMade={() => void load()} />
      ) : toEnd === null ? null : (
        <EndKeyDialog
          serviceKey={toEnd}
          words={words}
          onClose={() => open(null)}
          // The list first: the row is then gone, and the focus does not go to a button that is about to go.
          onEnded={() => void load().then(() => open(null))}
        />
      )}
    </div>
  );
};

type KeyTableProps = {
  readonly keys: readonly ServiceKey[];
  readonly words: ConsoleRecordWords;
  readonly onEnd: (id: string) => void;
};

const KeyTable = ({ keys, words, onEnd }: KeyTableProps) => {
  const texts = words.keys;
  const nowMs = Date.now();
  return (
    <Table
      caption={texts.list}
      rows={keys}
      keyOf={({ id }) => id}
      columns={[
        { key: 'name', head: texts.name, cell: ({ name }) => <strong>{name}</strong> },
        {
          key: 'permissions',
          head: texts.permissions,
          cell: ({ permissions }) => (
            <ul class="small">
              {permissions.map((permission) => (
                <li key={permission}>{wordOf<string>(words.permissions, permission) ?? permission}</li>
              ))}
            </ul>
          ),
        },
        {
          key: 'by',
          head: texts.madeBy,
          cell: ({ createdBy }) => <span class="name">{createdBy.email}</span>,
        },
        { key: 'made', head: texts.made, cell: ({ createdAt }) => <Time at={createdAt} /> },
        {
          key: 'used',
          head: texts.lastUsed,
          cell: ({ lastUsedAt }) =>
            lastUsedAt === null ? <span class="soft words">{texts.never}</span> : <Time at={lastUsedAt} />,
        },
        {
          key: 'expires',
          head: texts.expires,
          cell: ({ expiresAt }) =>
            Date.parse(expiresAt) <= nowMs ? (
              <Status tone="warn">{texts.expired}</Status>
            ) : (
              <Time at={expiresAt} />
            ),
        },
        {
          key: 'end',
          head: texts.end,
          cell: ({ id, name }) => (
            <span data-open={id}>
              <Allowed needs="keys:write" look="danger" onPress={() => onEnd(id)}>
                {texts.end}
                <span class="sr">: {name}</span>
              </Allowed>
            </span>
          ),
        },
      ]}
    />
  );
};

/** The dialog is gone with its address, and the focus goes back to what has opened it, or to the heading. */
const useFocusAfterDialog = (open: string | null): void => {
  const last = useRef(open);
  useLayoutEffect(() => {
    const left = last.current;
    last.current = open;
    if (open !== null || left === null) return;
    const opener = document.querySelector<HTMLElement>(`[data-open="${CSS.escape(left)}"] button`);
    if (opener === null) focusHeading();
    else opener.focus();
  }, [open]);
};
