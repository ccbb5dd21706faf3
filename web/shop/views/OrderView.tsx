import type { ComponentChildren } from 'preact';
import { Icon } from '../../parts/Icon.tsx';
import { Money } from '../../parts/Money.tsx';
import { ProductPicture } from '../../parts/ProductPicture.tsx';
import { Status, type Tone } from '../../parts/Status.tsx';
import type { Order } from '../../shared/types.ts';

type OrderViewProps = {
  readonly order: Order;
  readonly imageUrl: string | null;
  readonly status: { readonly tone: Tone; readonly label: string };
  readonly back: { readonly href: string; readonly label: string };
  /** Pairs such as the number, the quantity, the way it was paid. */
  readonly facts: readonly { readonly label: string; readonly value: ComponentChildren }[];
  readonly timeline: ComponentChildren;
  /** Licences, bookings, the shipment: what one has got for the money. */
  readonly goods: ComponentChildren;
  readonly actions: ComponentChildren;
  /** What has just happened, or went wrong. */
  readonly note: ComponentChildren;
  readonly words: { readonly timeline: string; readonly facts: string; readonly total: string };
};

/** All about one order: what it is, what has happened to it, and what one has got for it. */
export const OrderView = ({
  order,
  imageUrl,
  status,
  back,
  facts,
  timeline,
  goods,
  actions,
  note,
  words,
}: OrderViewProps) => (
  <div class="page wide">
    <a class="back" href={back.href}>
      <Icon name="back" />
      {back.label}
    </a>
    <header class="order-head">
      <ProductPicture imageUrl={imageUrl} type={order.product.type} />
      <div>
        <h1>{order.product.name}</h1>
        <p class="row">
          <Status tone={status.tone}>{status.label}</Status>
          <span class="small soft num">{order.number ?? order.product.code}</span>
        </p>
      </div>
    </header>
    {note}
    <div class="split">
      <div class="stack">
        {goods}
        <section class="card stack">
          <h2>{words.timeline}</h2>
          {timeline}
        </section>
      </div>
      <section class="card stack" aria-label={words.facts}>
        <dl class="facts">
          {facts.map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          <div class="fact-total">
            <dt>{words.total}</dt>
            <dd>
              <Money value={order.total} />
            </dd>
          </div>
        </dl>
        {actions}
      </section>
    </div>
  </div>
);
