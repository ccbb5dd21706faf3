import { useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { createLazyPart } from '../../frame/lazyPart.tsx';
import { LinkButton } from '../../parts/Button.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Note } from '../../parts/Note.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { formatCount } from '../../shared/money.ts';
import type { ConsolePeopleWords } from '../../words/consoleEnPeople.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { ordersOfCustomerPath } from '../orders/addresses.ts';
import { erasuresPath } from './addresses.ts';
import { countedMax, exportPath, type Held } from './peopleApi.ts';
import { useHeld } from './useHeld.ts';

/** Few visits erase somebody. */
const EraseDialog = createLazyPart(async () => (await import('./eraseDialog.tsx')).EraseDialog);

type PersonProps = { readonly customer: string; readonly words: ConsolePeopleWords };

export const Person = ({ customer, words }: PersonProps) => {
  const { can, words: around } = useConsole();
  const { access } = around.value;
  return (
    <div class="stack">
      <h2 data-list>{customer}</h2>
      {can('orders:read') ? (
        <Counted customer={customer} words={words} />
      ) : (
        <>
          <p class="soft">{access.needs('orders:read')}</p>
          <Actions customer={customer} words={words} onErased={() => undefined} />
        </>
      )}
    </div>
  );
};

const Counted = ({ customer, words }: PersonProps) => {
  const { held, failure, load } = useHeld(customer);
  const trouble = failure === null ? null : <FailureNote failure={failure} onRetry={load} />;
  if (held === null) return trouble ?? <SkeletonRows label={words.reading} rows={4} />;
  if (isNothing(held)) return <EmptyState title={words.nothing}>{words.nothingText}</EmptyState>;
  return (
    <>
      {trouble}
      <div class="split turned">
        <Actions customer={customer} words={words} onErased={load} />
        <Facts customer={customer} words={words} held={held} />
      </div>
    </>
  );
};

const isNothing = (held: Held): boolean =>
  held.kind === 'counted' && Object.values(held.counts).every((count) => count === 0);

const Facts = ({ customer, words, held }: PersonProps & { readonly held: Held }) => {
  const { language } = useConsole();
  const numberOf = (value: number) => formatCount(value, language.value);
  const orders = (text: string) => <a href={ordersOfCustomerPath(customer)}>{text}</a>;
  const facts =
    held.kind === 'more'
      ? [{ label: words.counts.orders, value: orders(words.more(numberOf(countedMax))) }]
      : [
          {
            label: words.addresses,
            value: held.addresses.length === 0 ? words.noAddress : held.addresses.join(', '),
          },
          ...Object.entries(held.counts).map(([kind, count]) => ({
            label: words.counts[kind as keyof typeof held.counts],
            value: kind === 'orders' && count > 0 ? orders(numberOf(count)) : numberOf(count),
          })),
        ];
  return (
    <section class="card stack" aria-label={words.held}>
      <h3>{words.held}</h3>
      <dl class="facts">
        {facts.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {held.kind === 'more' ? <Note tone="calm">{words.moreText}</Note> : null}
    </section>
  );
};

type ActionsProps = PersonProps & { readonly onErased: () => void };

const Actions = ({ customer, words, onErased }: ActionsProps) => {
  // The form stays once it was opened, so that it can give the focus back.
  const [erasing, setErasing] = useState<'never' | 'open' | 'closed'>('never');
  const [isErased, setErased] = useState(false);
  return (
    <section class="card stack" aria-label={words.actions}>
      <h3>{words.actions}</h3>
      <LinkButton wide download href={exportPath(customer)}>
        <Icon name="download" />
        {words.download}
      </LinkButton>
      <p class="small soft">{words.downloadText}</p>
      <Allowed needs="customers:write" look="danger" wide onPress={() => setErasing('open')}>
        {words.erase.act}
      </Allowed>
      {isErased ? (
        <Note tone="good">
          <p>{words.erase.done}</p>
          <a href={erasuresPath(customer)}>{words.erase.activity}</a>
        </Note>
      ) : null}
      {erasing === 'never' ? null : (
        <EraseDialog
          customer={customer}
          words={words}
          isOpen={erasing === 'open'}
          onClose={() => setErasing('closed')}
          onErased={() => {
            setErasing('closed');
            setErased(true);
            onErased();
          }}
        />
      )}
    </section>
  );
};
