import { useState } from 'preact/hooks';
import { useLocation } from '../../frame/location.tsx';
import { useTitle } from '../../frame/useTitle.ts';
import { Pager } from '../../parts/Pager.tsx';
import { Status } from '../../parts/Status.tsx';
import { Table } from '../../parts/Table.tsx';
import { Time } from '../../parts/Time.tsx';
import { queryOf } from '../../shared/query.ts';
import type { List } from '../../shared/types.ts';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { ListState } from '../orders/listState.tsx';
import type { PageProps } from '../page.tsx';
import { useAsked } from '../useAsked.ts';
import { useKeptFocus } from '../useKeptFocus.ts';
import { eventsText, waitingText } from './eventWord.ts';
import { NewEndpointDialog } from './newEndpointDialog.tsx';
import { endpointPath, readCursor, webhooksPath } from './webhookAddress.ts';
import { type Delivery, deliveryListPath, type Endpoint, endpointListPath } from './webhookApi.ts';
import { askAgainMs, endpointTones, stateOfEndpoint } from './webhookStates.ts';

/** Who hears of orders, and how far behind each is. */
export const EndpointsPage = ({ words }: PageProps<ConsoleWebhookWords>) => {
  const { frame } = useConsole().words.value;
  const { query, route } = useLocation();
  const cursor = readCursor(query);
  const { value, failure, isLoading, load } = useAsked<List<Endpoint>>(endpointListPath(cursor), {
    everyMs: askAgainMs,
  });
  const [isNew, setNew] = useState(false);
  const { list: texts } = words;
  useTitle(texts.title);
  const nextCursor = value?.nextCursor ?? null;
  return (
    <div class="page wide" {...useKeptFocus()}>
      <div class="row between">
        <h1>{texts.title}</h1>
        <Allowed needs="webhooks:write" look="main" onPress={() => setNew(true)}>
          {texts.create}
        </Allowed>
      </div>
      <p class="soft">{texts.intro}</p>
      <ListState
        items={value?.items ?? null}
        failure={failure}
        isLoading={isLoading}
        reload={load}
        loadingLabel={texts.loading}
        empty={{ title: texts.empty, text: texts.emptyText }}
      >
        <EndpointTable endpoints={value?.items ?? []} words={words} />
      </ListState>
      <Pager
        label={frame.pages}
        first={cursor === null ? null : { href: webhooksPath, label: texts.first }}
        next={
          nextCursor === null
            ? null
            : { href: webhooksPath + queryOf({ cursor: nextCursor }), label: texts.next }
        }
      />
      {isNew ? (
        <NewEndpointDialog
          words={words}
          onClose={() => setNew(false)}
          onDone={(id) => route(endpointPath(id))}
        />
      ) : null}
    </div>
  );
};

type EndpointTableProps = {
  readonly endpoints: readonly Endpoint[];
  readonly words: ConsoleWebhookWords;
};

const EndpointTable = ({ endpoints, words }: EndpointTableProps) => {
  const { language } = useConsole();
  const { list: texts } = words;
  const nowMs = Date.now();
  return (
    <Table
      caption={texts.caption}
      rows={endpoints}
      keyOf={({ id }) => id}
      columns={[
        { key: 'url', head: texts.url, cell: ({ id, url }) => <a href={endpointPath(id)}>{url}</a> },
        {
          key: 'state',
          head: texts.state,
          cell: (endpoint) => {
            const state = stateOfEndpoint(endpoint, nowMs);
            return (
              <>
                <Status tone={endpointTones[state]}>{words.states[state]}</Status>
                {endpoint.pauseReason === null ? null : (
                  <span class="small soft block">{endpoint.pauseReason}</span>
                )}
              </>
            );
          },
        },
        { key: 'events', head: texts.events, cell: ({ events }) => eventsText(words, events) },
        {
          key: 'waiting',
          head: texts.waiting,
          isNumber: true,
          cell: ({ backlog }) => waitingText(words, backlog, language.value),
        },
        {
          key: 'oldest',
          head: texts.oldest,
          cell: ({ backlog: { oldestAt } }) =>
            oldestAt === null ? <span class="soft">{texts.none}</span> : <Time at={oldestAt} now={nowMs} />,
        },
        {
          key: 'failure',
          head: texts.lastFailure,
          cell: ({ id, backlog }) =>
            // Whoever has taken everything has no failure that still matters.
            backlog.events === 0 ? (
              <span class="soft">{texts.none}</span>
            ) : (
              <LastFailure id={id} words={words} />
            ),
        },
      ]}
    />
  );
};

const newestFailure = { outcome: 'failed', cursor: null } as const;

/** Of an endpoint that waits. There are few, so each asks for its own. */
const LastFailure = ({ id, words }: { readonly id: string; readonly words: ConsoleWebhookWords }) => {
  const { value } = useAsked<List<Delivery>>(deliveryListPath(id, newestFailure, 1), {
    everyMs: askAgainMs,
  });
  const [last] = value?.items ?? [];
  if (last === undefined) return <span class="soft">{words.list.none}</span>;
  return (
    <>
      {last.error}
      <span class="small soft block">
        <Time at={last.lastAttemptAt} />
      </span>
    </>
  );
};
