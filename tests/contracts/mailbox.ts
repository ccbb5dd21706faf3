import { describe, expect, test } from 'bun:test';
import { capturedBytesMax, type Mail } from '../../core/mail.ts';
import { listAll, unwrap } from './fixture.ts';
import { type OpenWithBackdoor, type TestContext, useSharedStore } from './testContext.ts';

/** The mailbox that captures mails where no mail server is set. */
export const mailboxContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: mailbox`, () => {
    const context = useSharedStore(open);

    test('A mail is stored with all its fields and its arrival time', async () => {
      const { fixture, store } = context();
      const mail = mailTo(context(), context().fixture.unique('an'));
      expect(await store.mailbox.send(mail)).toEqual({ kind: 'accepted' });
      const listed = await unwrap(store.mailbox.list({ to: mail.to, after: null, limit: 10 }));
      expect(listed).toEqual({ items: [{ ...mail, attachments: [], atMs: fixture.now() }], next: null });
    });

    test('A mail is stored with its attachments, and a mail list describes them', async () => {
      const { backdoor, store } = context();
      const mail: Mail = {
        ...mailTo(context(), context().fixture.unique('an')),
        attachments: [
          { name: 'hoá đơn.pdf', type: 'application/pdf', content: Uint8Array.of(0, 255, 10) },
          { name: 'empty.txt', type: 'text/plain', content: new Uint8Array() },
        ],
      };
      expect(await store.mailbox.send(mail)).toEqual({ kind: 'accepted' });
      const { items } = await unwrap(store.mailbox.list({ to: mail.to, after: null, limit: 10 }));
      expect(items[0]?.attachments).toEqual([
        { name: 'hoá đơn.pdf', type: 'application/pdf', size: 3 },
        { name: 'empty.txt', type: 'text/plain', size: 0 },
      ]);
      expect([...(await backdoor.attachedBytes(mail.messageId))]).toEqual([0, 255, 10]);
    });

    test('A mail keeps that it has an invoice which is drawn when the mail is read', async () => {
      const { backdoor, store } = context();
      expect(store.mailbox.drawsInvoicesLater).toBeTrue();
      const file = { name: 'invoice-2026-000001.pdf', type: 'application/pdf' };
      const mail: Mail = {
        ...mailTo(context(), context().fixture.unique('an')),
        attachments: [{ ...file, content: null }],
      };
      expect(await store.mailbox.send(mail)).toEqual({ kind: 'accepted' });
      const { items } = await unwrap(store.mailbox.list({ to: mail.to, after: null, limit: 10 }));
      expect(items[0]?.attachments).toEqual([{ ...file, size: null }]);
      expect([...(await backdoor.attachedBytes(mail.messageId))]).toEqual([]);
    });

    test('A mail with more attachments than the mailbox keeps is stored with their names and sizes', async () => {
      const { backdoor, store } = context();
      const send = async (size: number) => {
        const pdf = { name: 'invoice.pdf', type: 'application/pdf', content: new Uint8Array(size).fill(7) };
        const mail = { ...mailTo(context(), context().fixture.unique('an')), attachments: [pdf] };
        expect(await store.mailbox.send(mail)).toEqual({ kind: 'accepted' });
        const { items } = await unwrap(store.mailbox.list({ to: mail.to, after: null, limit: 10 }));
        expect(items[0]?.attachments).toEqual([{ name: pdf.name, type: pdf.type, size }]);
        return (await backdoor.attachedBytes(mail.messageId)).byteLength;
      };
      expect(await send(capturedBytesMax)).toBe(capturedBytesMax);
      expect(await send(capturedBytesMax + 1)).toBe(0);
    });

    test('A mail that is sent again is stored once', async () => {
      const { fixture, store, world } = context();
      const mail = mailTo(context(), context().fixture.unique('an'));
      const first = world.clock.nowMs();
      await store.mailbox.send(mail);
      world.advance(10);
      await fixture.openConnections();
      const again = await Promise.all([1, 2, 3].map(() => store.mailbox.send({ ...mail, subject: 'again' })));
      expect(again).toEqual(again.map(() => ({ kind: 'accepted' })));
      const { items } = await unwrap(store.mailbox.list({ to: mail.to, after: null, limit: 10 }));
      expect(items).toEqual([{ ...mail, attachments: [], atMs: first }]);
    });

    test('Mails that are sent at once are each stored once, with their own fields and attachments', async () => {
      const { backdoor, fixture, store } = context();
      const to = fixture.unique('an');
      const mails = Array.from({ length: 30 }, (_, number): Mail => {
        const mail = mailTo(context(), to);
        return {
          ...mail,
          checkoutId: number % 2 === 0 ? null : mail.checkoutId,
          orderIds: mail.orderIds.slice(number % 3),
          subject: `Mail "${number}", {a}\\ 'b'`,
          attachments:
            number % 4 === 0
              ? [{ name: 'a.pdf', type: 'application/pdf', content: Uint8Array.of(number, 0, 255) }]
              : [],
        };
      });
      await fixture.openConnections();
      const outcomes = await Promise.all([...mails, ...mails].map((mail) => store.mailbox.send(mail)));
      expect(outcomes).toEqual(outcomes.map(() => ({ kind: 'accepted' })));
      const { items, next } = await unwrap(store.mailbox.list({ to, after: null, limit: 100 }));
      const byId = (one: Pick<Mail, 'messageId'>, other: Pick<Mail, 'messageId'>) =>
        one.messageId < other.messageId ? -1 : 1;
      const infoOf = ({ attachments }: Mail) =>
        attachments.map(({ name, type, content }) => ({ name, type, size: content?.length ?? null }));
      expect(next).toBeNull();
      expect(items.toSorted(byId)).toEqual(
        mails.map((mail) => ({ ...mail, attachments: infoOf(mail), atMs: fixture.now() })).toSorted(byId),
      );
      for (const [number, { messageId }] of mails.entries())
        expect([...(await backdoor.attachedBytes(messageId))]).toEqual(
          number % 4 === 0 ? [number, 0, 255] : [],
        );
    });

    test('A mail list is newest first by page while mails arrive, and can be filtered by address', async () => {
      const { store } = context();
      const mails: Mail[] = [];
      for (const to of ['a@x.vn', 'b@x.vn', 'a@x.vn', 'a@x.vn', 'b@x.vn', 'a@x.vn']) {
        const mail = mailTo(context(), to);
        mails.push(mail);
        await store.mailbox.send(mail);
      }
      const ids = async (to: string | null, limit: number) => {
        const rows = await listAll(async (after: string | null) => {
          const page = await store.mailbox.list({ to, after, limit });
          await store.mailbox.send(mailTo(context(), 'a@x.vn'));
          return page;
        });
        return rows
          .map(({ messageId }) => messageId)
          .filter((id) => mails.some((mail) => mail.messageId === id));
      };
      const newestFirst = mails.toReversed();
      const to = (address: string) => newestFirst.filter((mail) => mail.to === address);
      const idsOf = (list: readonly Mail[]) => list.map(({ messageId }) => messageId);
      expect(await ids(null, 1)).toEqual(idsOf(newestFirst));
      expect(await ids(null, 4)).toEqual(idsOf(newestFirst));
      expect(await ids('b@x.vn', 1)).toEqual(idsOf(to('b@x.vn')));
      expect(await ids('a@x.vn', 3)).toEqual(idsOf(to('a@x.vn')));
      expect(await ids('c@x.vn', 3)).toEqual([]);
    });
  });
};

const mailTo = ({ fixture }: TestContext, to: string): Mail => ({
  messageId: `<${fixture.newId()}.notify_customer@cartwright.test>`,
  checkoutId: fixture.newId(),
  orderIds: [fixture.newId(), fixture.newId()],
  to,
  subject: 'Đơn hàng của bạn đã được xử lý: "Áo"',
  text: 'Cảm ơn bạn\n\n',
  html: '<p>Cảm ơn &#38; 👍</p>',
  attachments: [],
});
