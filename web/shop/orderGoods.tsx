import type { ComponentChildren } from 'preact';
import { LinkButton } from '../parts/Button.tsx';
import { Copy } from '../parts/Copy.tsx';
import { Icon } from '../parts/Icon.tsx';
import type { OrderDetail } from '../shared/types.ts';
import { useShop } from './shop.ts';

/** What one has got for the money: licences, places that are booked, a parcel on its way. */
export const OrderGoods = ({ order }: { readonly order: OrderDetail }) => {
  const { frame, orderPage } = useShop().words.value;
  const { licences, shipment, history } = order;
  const bookings = order.bookings ?? [];
  const isBooked = history.some(({ state }) => state === 'booked');
  return (
    <>
      {licences.length === 0 ? null : (
        <Goods title={orderPage.licences}>
          <CopyList texts={licences} />
          <p class="small soft">{orderPage.keepLicence}</p>
        </Goods>
      )}
      {bookings.length > 0 || isBooked ? (
        <Goods title={orderPage.bookings}>
          {bookings.length === 0 ? <p>{orderPage.booked}</p> : <CopyList texts={bookings} />}
        </Goods>
      ) : null}
      {shipment === null ? null : (
        <Goods title={orderPage.shipment}>
          {shipment.reference === null ? null : (
            <div>
              <span class="small soft">{orderPage.shipmentNumber}</span>
              <Copy text={shipment.reference} words={frame} />
            </div>
          )}
          {shipment.url === null || !isWebAddress(shipment.url) ? null : (
            <LinkButton href={shipment.url}>
              {orderPage.track}
              <Icon name="outside" />
            </LinkButton>
          )}
        </Goods>
      )}
    </>
  );
};

/** The carrier's service sent it. Only an address of a page becomes a link. */
const isWebAddress = (url: string): boolean => /^https?:\/\//i.test(url);

const Goods = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => (
  <section class="card stack tight">
    <h2>{title}</h2>
    {children}
  </section>
);

const CopyList = ({ texts }: { readonly texts: readonly string[] }) => {
  const { frame } = useShop().words.value;
  return (
    <ul>
      {texts.map((text) => (
        <li key={text}>
          <Copy text={text} words={frame} />
        </li>
      ))}
    </ul>
  );
};
