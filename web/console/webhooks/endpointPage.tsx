import { useEffect, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { useLocation } from '../../frame/location.tsx';
import { focusHeading } from '../../frame/pageFocus.ts';
import { useTitle } from '../../frame/useTitle.ts';
import { LinkButton } from '../../parts/Button.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Note } from '../../parts/Note.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { Status } from '../../parts/Status.tsx';
import { Time } from '../../parts/Time.tsx';
import type { List } from '../../shared/types.ts';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { useConsole } from '../console.ts';
import type { PageProps } from '../page.tsx';
import { useAsked } from '../useAsked.ts';
import { useKeptFocus } from '../useKeptFocus.ts';
import { Deliveries } from './deliveries.tsx';
import { EndpointActions } from './endpointActions.tsx';
import { eventWord, waitingText } from './eventWord.ts';
import { useSentEvent } from './useSentEvent.ts';
import { deliveriesAddress, readDeliveryQuestion, webhooksPath } from './webhookAddress.ts';
import { type Delivery, deliveryListPath, type Endpoint, endpointApiPath } from './webhookApi.ts';
import { askAgainMs, endpointTones, stateOfEndpoint } from './webhookStates.ts';

/** One endpoint: how it does, what was sent to it, and what can be done. */
export const EndpointPage = ({ words, params: { id = '' } }: PageProps<ConsoleWebhookWords>) => {
  const [isMissing, setMissing] = useState(false);
  const {
    value: endpoint,
    failure,
    load,
  } = useAsked<Endpoint>(endpointApiPath(id), { everyMs: isMissing ? null : askAgainMs });
  const isNotFound = failure?.kind === 'problem' && failure.problem.status === 404;
  useEffect(() => setMissing(isNotFound), [isNotFound]);
  const { endpoint: texts } = words;
  useTitle(texts.title);
  const retry = async () => {
    await load();
    focusHeading();
  };
  const state = endpoint === null ? null : stateOfEndpoint(endpoint, Date.now());
  // The heading stays the same element while the endpoint comes, because it has the focus.
  return (
    <div class="page wide">
      <a class="back" href={webhooksPath}>
        <Icon name="back" />
        {texts.back}
      </a>
      <div class="row">
        <h1>{texts.title}</h1>
        {state === null || isNotFound ? null : (
          <Status tone={endpointTones[state]}>{words.states[state]}</Status>
        )}
      </div>
      {isNotFound ? (
        <EmptyState title={texts.missing} action={<LinkButton href={webhooksPath}>{texts.back}</LinkButton>}>
          {texts.missingText}
        </EmptyState>
      ) : (
        <>
          {failure === null ? null : <FailureNote failure={failure} onRetry={() => void retry()} />}
          {endpoint !== null ? (
            <Content endpoint={endpoint} words={words} load={load} />
          ) : failure === null ? (
            <SkeletonRows label={texts.loading} rows={4} />
          ) : null}
        </>
      )}
    </div>
  );
};

type ContentProps = {
  readonly endpoint: Endpoint;
  readonly words: ConsoleWebhookWords;
  readonly load: () => Promise<void>;
};

const Content = ({ endpoint, words, load }: ContentProps) => {
  const { query, route } = useLocation();
  const { id, paused } = endpoint;
  const question = readDeliveryQuestion(query);
  const listPath = deliveryListPath(id, question);
  const asked = useAsked<List<Delivery>>(listPath, { everyMs: askAgainMs });
  const reload = async () => {
    await Promise.all([load(), asked.load()]);
  };
  const sent = useSentEvent(words, () => void reload());
  return (
    <div class="stack" {...useKeptFocus()}>
      <Trouble endpoint={endpoint} words={words} />
      <div class="split turned">
        <div class="stack">
          <EndpointActions
            endpoint={endpoint}
            words={words}
            onChanged={() => void reload()}
            onTested={(eventId) => {
              const newest = { outcome: null, cursor: null };
              // Where it will be seen.
              if (question.outcome !== null || question.cursor !== null)
                route(deliveriesAddress(id, newest), true);
              const event = { kind: 'test', id: eventId, attemptsBefore: 0, isAmongFailed: false } as const;
              sent.watch(event, deliveryListPath(id, newest), paused);
            }}
          />
        </div>
        <Facts endpoint={endpoint} words={words} />
      </div>
      <Deliveries
        endpointId={id}
        question={question}
        words={words}
        asked={asked}
        news={sent.news}
        onResent={({ id: eventId, attempts }) => {
          const isAmongFailed = question.outcome === 'failed';
          sent.watch(
            { kind: 'resend', id: eventId, attemptsBefore: attempts, isAmongFailed },
            listPath,
            paused,
          );
        }}
      />
    </div>
  );
};

type PartProps = Omit<ContentProps, 'load'>;

/** Why nothing, or not all, is taken. */
const Trouble = ({ endpoint, words: { endpoint: texts } }: PartProps) => {
  const state = stateOfEndpoint(endpoint, Date.now());
  if (state === 'sending') return null;
  if (state === 'paused') return <Note tone="calm">{texts.pausedText}</Note>;
  return state === 'behind' ? (
    <Note tone="warn">
      <strong>{texts.behind}</strong>
      <p>{texts.behindText}</p>
      <a href={deliveriesAddress(endpoint.id, { outcome: 'failed', cursor: null })}>{texts.seeFailed}</a>
    </Note>
  ) : (
    <Note tone="bad">
      <strong>{texts.stopped}</strong>
      <p>{endpoint.pauseReason}</p>
      <p>{texts.stoppedText}</p>
    </Note>
  );
};

const Facts = ({ endpoint, words }: PartProps) => {
  const { language } = useConsole();
  const { endpoint: texts } = words;
  const { id, url, events, backlog, createdAt } = endpoint;
  const facts = [
    { label: words.list.url, value: url },
    {
      label: texts.hears,
      value: (
        <ul class="small">
          {events.map((type) => (
            <li key={type}>{eventWord(words, type)}</li>
          ))}
        </ul>
      ),
    },
    { label: texts.waiting, value: <span class="num">{waitingText(words, backlog, language.value)}</span> },
    ...(backlog.oldestAt === null ? [] : [{ label: texts.oldest, value: <Time at={backlog.oldestAt} /> }]),
    { label: texts.made, value: <Time at={createdAt} /> },
  ];
  return (
    <section class="card stack">
      <dl class="facts">
        {facts.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <a href={`/console/activity?target=${id}`}>{texts.activity}</a>
    </section>
  );
};
