import { describe, expect, test } from 'bun:test';
import type { Mail } from '../../core/mail.ts';
import { type Open, type Place, sharedPlace } from './open.ts';
import { pagesOf, value } from './shop.ts';

export const mailboxContract = (name: string, open: Open): void => {
  describe(`${name}: mailbox`, () => {
    const place = sharedPlace(open);

    test('a mail is kept whole, with the time at which it came', async () => {
      const { shop, store } = place();
      const mail = mailTo(place(), place().shop.fresh('an'));
      expect(await store.mailbox.send(mail)).toEqual({ kind: 'accepted' });
      const listed = await value(store.mailbox.list({ to: mail.to, after: null, limit: 10 }));
      expect(listed).toEqual({ items: [{ ...mail, atMs: shop.now() }], next: null });
    });

    test('a mail that comes again is the same mail', async () => {
      const { shop, store, world } = place();
      const mail = mailTo(place(), place().shop.fresh('an'));
      const first = world.clock.nowMs();
      await store.mailbox.send(mail);
      world.advance(10);
      await shop.crowd();
      const again = await Promise.all([1, 2, 3].map(() => store.mailbox.send({ ...mail, subject: 'again' })));
      expect(again).toEqual(again.map(() => ({ kind: 'accepted' })));
      const { items } = await value(store.mailbox.list({ to: mail.to, after: null, limit: 10 }));
      expect(items).toEqual([{ ...mail, atMs: first }]);
    });

    test('the newest come first, page by page, while mails come in; an address narrows them', async () => {
      const { store } = place();
      const mails: Mail[] = [];
      for (const to of ['a@x.vn', 'b@x.vn', 'a@x.vn', 'a@x.vn', 'b@x.vn', 'a@x.vn']) {
        const mail = mailTo(place(), to);
        mails.push(mail);
        await store.mailbox.send(mail);
      }
      const ids = async (to: string | null, limit: number) => {
        const rows = await pagesOf(async (after: string | null) => {
          const page = await store.mailbox.list({ to, after, limit });
          await store.mailbox.send(mailTo(place(), 'a@x.vn'));
          return page;
        });
        return rows
          .map(({ messageId }) => messageId)
          .filter((id) => mails.some((mail) => mail.messageId === id));
      };
      const newestFirst = mails.toReversed();
      const to = (address: string) => newestFirst.filter((mail) => mail.to === address);
      const idsOf = (of: readonly Mail[]) => of.map(({ messageId }) => messageId);
      expect(await ids(null, 1)).toEqual(idsOf(newestFirst));
      expect(await ids(null, 4)).toEqual(idsOf(newestFirst));
      expect(await ids('b@x.vn', 1)).toEqual(idsOf(to('b@x.vn')));
      expect(await ids('a@x.vn', 3)).toEqual(idsOf(to('a@x.vn')));
      expect(await ids('c@x.vn', 3)).toEqual([]);
    });
  });
};

const mailTo = ({ shop }: Place, to: string): Mail => ({
  messageId: `<${shop.freshId()}.notify_customer@cartwright.test>`,
  orderId: shop.freshId(),
  to,
  subject: 'Đơn hàng của bạn đã được xử lý: "Áo"',
  text: 'Cảm ơn bạn\n\n',
  html: '<p>Cảm ơn &#38; 👍</p>',
});
