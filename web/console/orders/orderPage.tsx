import { useMemo } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { focusHeading } from '../../frame/pageFocus.ts';
import type { CallFailure } from '../../frame/site.ts';
import { useTitle } from '../../frame/useTitle.ts';
import { LinkButton } from '../../parts/Button.tsx';
import { Copy } from '../../parts/Copy.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Money } from '../../parts/Money.tsx';
import { Note } from '../../parts/Note.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { Status } from '../../parts/Status.tsx';
import { Time } from '../../parts/Time.tsx';
import { formatCount } from '../../shared/money.ts';
import type { ConsoleOrdersWords } from '../../words/consoleEnOrders.ts';
import { wordOf } from '../../words/words.ts';
import { useConsole } from '../console.ts';
import type { PageProps } from '../page.tsx';
import { casesPath, ordersOfCustomerPath, ordersOfNumberPath, ordersPath, personPath } from './addresses.ts';
import { OrderActions } from './orderActions.tsx';
import { createOrdersApi, type OrdersApi } from './ordersApi.ts';
import { OrderTimeline } from './orderTimeline.tsx';
import { orderTones } from './orderTones.ts';
import { leftOf } from './refundStates.ts';
import { type ShownOrder, useOrder } from './useOrder.ts';

/** One order on one line of time, and what an operator can do about it. */
export const OrderPage = ({ words, params: { id = '' } }: PageProps<ConsoleOrdersWords>) => {
  const { call } = useConsole();
  const api = useMemo(() => createOrdersApi(call), [call]);
  const { shown, failure, reload, showMore } = useOrder(api, id);
  const { order: texts } = words;
  useTitle(shown?.order.product.name ?? texts.title);
  // The heading stays the same element while the order comes, because it has the focus.
  return (
    <div class="page wide">
      <a class="back" href={ordersPath}>
        <Icon name="back" />
        {texts.back}
      </a>
      <div class="row">
        <h1>{shown?.order.product.name ?? texts.title}</h1>
        {shown === null ? null : (
          <Status tone={orderTones[shown.order.status]}>{words.statuses[shown.order.status]}</Status>
        )}
      </div>
      <Trouble words={words} failure={failure} reload={reload} />
      {shown !== null ? (
        <Content words={words} api={api} shown={shown} reload={reload} showMore={showMore} />
      ) : failure === null ? (
        <SkeletonRows label={texts.loading} rows={4} />
      ) : null}
    </div>
  );
};

type Reload = ReturnType<typeof useOrder>['reload'];
type Words = { readonly words: ConsoleOrdersWords };

type TroubleProps = Words & { readonly failure: CallFailure | null; readonly reload: Reload };

const Trouble = ({ words: { order: texts }, failure, reload }: TroubleProps) => {
  if (failure === null) return null;
  const retry = async () => {
    await reload();
    focusHeading();
  };
  const isMissing = failure.kind === 'problem' && failure.problem.status === 404;
  return isMissing ? (
    <EmptyState title={texts.missing} action={<LinkButton href={ordersPath}>{texts.back}</LinkButton>}>
      {texts.missingText}
    </EmptyState>
  ) : (
    <FailureNote failure={failure} onRetry={() => void retry()} />
  );
};

type ContentProps = Words & {
  readonly api: OrdersApi;
  readonly shown: ShownOrder;
  readonly reload: Reload;
  readonly showMore: ReturnType<typeof useOrder>['showMore'];
};

const Content = ({ words, api, shown, reload, showMore }: ContentProps) => {
  const { order: texts } = words;
  return (
    <>
      {shown.order.disputed ? (
        <Note tone="warn">
          <p>{texts.disputed}</p>
          <a href={casesPath('disputes_open')}>{texts.seeDisputes}</a>
        </Note>
      ) : null}
      {/* On a phone what one can do comes before a long timeline. */}
      <div class="split turned">
        <div class="stack">
          <OrderActions words={words} api={api} shown={shown} look={reload} />
          <Facts words={words} shown={shown} />
        </div>
        <OrderTimeline words={words} shown={shown} showMore={showMore} />
      </div>
    </>
  );
};

const Facts = ({ words, shown }: Words & { readonly shown: ShownOrder }) => {
  const { can, language, words: around } = useConsole();
  const { frame } = around.value;
  const { order: texts } = words;
  const { order, refunds } = shown;
  const facts = [
    {
      label: texts.product,
      value: `${order.product.code} · ${wordOf(words.types, order.product.type) ?? order.product.type}`,
    },
    {
      label: texts.quantity,
      value: <span class="num">{formatCount(order.quantity, language.value)}</span>,
    },
    {
      label: texts.customer,
      value: <a href={ordersOfCustomerPath(order.customerId)}>{order.customerId}</a>,
    },
    can('customers:write')
      ? { label: texts.person, value: <a href={personPath(order.customerId)}>{texts.seePerson}</a> }
      : null,
    order.number === null
      ? null
      : { label: texts.number, value: <a href={ordersOfNumberPath(order.number)}>{order.number}</a> },
    order.payment === null
      ? null
      : {
          label: texts.method,
          value: wordOf<string>(words.methods, order.payment.method) ?? order.payment.method,
        },
    { label: texts.placed, value: <Time at={order.createdAt} /> },
    order.status === 'pending' ? { label: texts.expires, value: <Time at={order.expiresAt} /> } : null,
    order.licences.length === 0 ? null : { label: texts.licences, value: order.licences.join(', ') },
    order.bookings.length === 0 ? null : { label: texts.bookings, value: order.bookings.join(', ') },
    order.shipment === null
      ? null
      : {
          label: texts.shipment,
          value: (
            <>
              {order.shipment.reference}{' '}
              {order.shipment.url === null ? null : (
                <a href={order.shipment.url} rel="noreferrer" target="_blank">
                  {texts.track}
                </a>
              )}
            </>
          ),
        },
  ].filter((fact) => fact !== null);
  return (
    <section class="card stack" aria-label={texts.facts}>
      <h2>{texts.facts}</h2>
      <dl class="facts">
        {facts.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div class="fact-total">
          <dt>{texts.total}</dt>
          <dd>
            <Money value={order.total} />
          </dd>
        </div>
        {refunds.length === 0 ? null : (
          <div>
            <dt>{texts.left}</dt>
            <dd>
              <Money value={leftOf(order, refunds)} />
            </dd>
          </div>
        )}
      </dl>
      <div class="small soft">
        {texts.id}
        <Copy text={order.id} words={frame} />
      </div>
    </section>
  );
};
