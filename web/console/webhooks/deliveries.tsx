import { useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { Note } from '../../parts/Note.tsx';
import { Pager } from '../../parts/Pager.tsx';
import { Status } from '../../parts/Status.tsx';
import { Table } from '../../parts/Table.tsx';
import { Time } from '../../parts/Time.tsx';
import type { List } from '../../shared/types.ts';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { ListState } from '../orders/listState.tsx';
import { useCommand } from '../useCommand.ts';
import { eventWord } from './eventWord.ts';
import type { SentNews } from './useSentEvent.ts';
import { type DeliveryQuestion, deliveriesAddress, deliveryOutcomes } from './webhookAddress.ts';
import { createWebhookApi, type Delivery } from './webhookApi.ts';
import { deliveryTones, stateOfDelivery, subjectPath } from './webhookStates.ts';

type DeliveriesProps = {
  readonly endpointId: string;
  readonly question: DeliveryQuestion;
  readonly words: ConsoleWebhookWords;
  readonly asked: {
    readonly value: List<Delivery> | null;
    readonly failure: Parameters<typeof FailureNote>[0]['failure'] | null;
    readonly isLoading: boolean;
    readonly load: () => Promise<void>;
  };
  readonly news: SentNews | null;
  readonly onResent: (delivery: Delivery) => void;
};

/** What was sent to an endpoint, and what came of it. */
export const Deliveries = ({ endpointId, question, words, asked, news, onResent }: DeliveriesProps) => {
  const { frame } = useConsole().words.value;
  const { deliveries: texts } = words;
  const { value, failure, isLoading, load } = asked;
  const { outcome, cursor } = question;
  const nextCursor = value?.nextCursor ?? null;
  const addressOf = (changes: Partial<DeliveryQuestion>) =>
    deliveriesAddress(endpointId, { ...question, cursor: null, ...changes });
  const empty =
    outcome === null
      ? { title: texts.empty, text: texts.emptyText }
      : { title: outcome === 'failed' ? texts.noneFailed : texts.noneDelivered, text: texts.otherText };
  return (
    <section class="stack deliveries">
      <h2 data-list>{texts.title}</h2>
      <nav class="chips" aria-label={texts.filter}>
        {[null, ...deliveryOutcomes].map((each) => (
          <a
            key={each}
            href={addressOf({ outcome: each })}
            aria-current={each === outcome ? 'true' : undefined}
          >
            {each === null ? texts.all : texts.outcomes[each]}
          </a>
        ))}
      </nav>
      {news === null ? null : (
        <Note tone={news.tone}>
          <strong>{words.sent[news.kind]}</strong>
          <p>{news.text}</p>
        </Note>
      )}
      <ListState
        items={value?.items ?? null}
        failure={failure}
        isLoading={isLoading}
        reload={load}
        loadingLabel={texts.loading}
        empty={empty}
      >
        <DeliveryTable
          endpointId={endpointId}
          deliveries={value?.items ?? []}
          words={words}
          onResent={onResent}
        />
      </ListState>
      <Pager
        label={frame.pages}
        first={cursor === null ? null : { href: addressOf({}), label: texts.first }}
        next={nextCursor === null ? null : { href: addressOf({ cursor: nextCursor }), label: texts.next }}
      />
    </section>
  );
};

type DeliveryTableProps = Pick<DeliveriesProps, 'endpointId' | 'words' | 'onResent'> & {
  readonly deliveries: readonly Delivery[];
};

const DeliveryTable = ({ endpointId, deliveries, words, onResent }: DeliveryTableProps) => {
  const { call } = useConsole();
  const { deliveries: texts } = words;
  const { isBusy, failure, run } = useCommand();
  const [resent, setResent] = useState<string | null>(null);
  const resend = async (delivery: Delivery) => {
    const sent = await run(() => {
      setResent(delivery.id);
      return createWebhookApi(call).resend(endpointId, delivery.id);
    });
    if (sent !== null) onResent(delivery);
  };
  return (
    <Table
      caption={texts.caption}
      rows={deliveries}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'event',
          head: texts.event,
          cell: ({ type }) => (
            <>
              {eventWord(words, type)}
              <code class="small soft block">{type}</code>
            </>
          ),
        },
        {
          key: 'about',
          head: texts.about,
          cell: (delivery) => <Subject delivery={delivery} texts={texts} />,
        },
        {
          key: 'outcome',
          head: texts.outcome,
          cell: (delivery) => {
            const state = stateOfDelivery(delivery);
            return <Status tone={deliveryTones[state]}>{texts.states[state]}</Status>;
          },
        },
        { key: 'attempts', head: texts.attempts, isNumber: true, cell: ({ attempts }) => attempts },
        {
          key: 'answer',
          head: texts.answer,
          cell: (delivery) => <Answer delivery={delivery} texts={texts} />,
        },
        {
          key: 'time',
          head: texts.time,
          cell: ({ lastAttemptAt }) => <Time at={lastAttemptAt} />,
        },
        {
          key: 'resend',
          head: texts.resend,
          cell: (delivery) => (
            <>
              <Allowed
                needs="webhooks:write"
                busy={isBusy && resent === delivery.id}
                onPress={() => void resend(delivery)}
              >
                {texts.resend}
                <span class="sr">: {eventWord(words, delivery.type)}</span>
              </Allowed>
              {failure !== null && resent === delivery.id ? <FailureNote failure={failure} /> : null}
            </>
          ),
        },
      ]}
    />
  );
};

type CellProps = { readonly delivery: Delivery; readonly texts: ConsoleWebhookWords['deliveries'] };

const Subject = ({ delivery, texts }: CellProps) => {
  const path = subjectPath(delivery);
  if (path !== null) return <a href={path}>{texts.order}</a>;
  return delivery.type.startsWith('checkout.') ? (
    <>
      {texts.checkout}
      <code class="small soft block">{delivery.subject}</code>
    </>
  ) : (
    <span class="soft">{texts.nothing}</span>
  );
};

const Answer = ({ delivery: { responseStatus, error }, texts }: CellProps) => (
  <>
    {responseStatus ?? texts.noAnswer}
    {error === null ? null : <span class="small soft block">{error}</span>}
  </>
);
