import { randomUUID } from 'node:crypto';
import { type Client, expectStatus, placeOrder } from '../../processes/client.ts';
import type { Operator } from './operator.ts';
import { until } from './shop.ts';
import type { WebhookGround } from './webhookGround.ts';

type State = {
  readonly name: string;
  readonly open: (operator: Operator, ground: WebhookGround) => Promise<void>;
};

const long = '/hooks/a-receiver-with-a-long-name-that-has-no-place-to-break/v2/orders';

const openEndpoint = async ({ goto, page }: Operator, id: string): Promise<void> => {
  await goto(`/console/webhooks/${id}`);
  await page.locator('.facts').waitFor();
};

const dialog = ({ page }: Operator) => page.locator('dialog[open]');
/** The buttons of an endpoint that does well: test, pause, change, new secret, delete. */
const press = async (operator: Operator, place: number): Promise<void> => {
  await operator.page.locator('.split .row button').nth(place).click();
  await dialog(operator).waitFor();
};

/** An order of which the receiver at the path has been told, once or more. */
const tell = async (client: Client, { heardAt, shop }: WebhookGround, path: string): Promise<void> => {
  const { client: customer } = await shop().customer(`${randomUUID().slice(0, 8)}@example.com`);
  const before = heardAt(path).length;
  await placeOrder(customer, await shop().addProduct());
  await until(
    async () => heardAt(path).length,
    (count) => count > before,
  );
  expectStatus(await client.get('/webhook-endpoints'), 200);
};

const openTold = async (operator: Operator, ground: WebhookGround, path: string): Promise<void> => {
  const id = await ground.makeEndpoint(operator.client, path);
  await tell(operator.client, ground, path);
  await openEndpoint(operator, id);
  await operator.page.locator('tbody tr').first().waitFor();
};

/** Every page of webhooks, in the states that an operator meets. */
export const webhookStates: readonly State[] = [
  {
    name: 'no endpoint',
    open: async ({ goto, page }) => {
      await goto('/console/webhooks');
      await page.locator('.empty').waitFor();
    },
  },
  {
    name: 'a new endpoint with problems',
    open: async (operator) => {
      const { goto, page } = operator;
      await goto('/console/webhooks');
      await page.locator('h1 + button').click();
      await dialog(operator).locator('fieldset button').nth(1).click();
      await dialog(operator).locator('button[type=submit]').click();
      await dialog(operator).locator('.problem').nth(1).waitFor();
    },
  },
  {
    name: 'a secret',
    open: async (operator, { urlOf }) => {
      const { goto, page } = operator;
      await goto('/console/webhooks');
      await page.locator('h1 + button').click();
      await dialog(operator).locator('input[name=url]').fill(urlOf(long));
      await dialog(operator).locator('button[type=submit]').click();
      await dialog(operator).locator('.copy').waitFor();
    },
  },
  {
    name: 'endpoints, one of them failing',
    open: async (operator, ground) => {
      ground.answer('/broken', 500);
      await ground.makeEndpoint(operator.client, '/broken');
      await tell(operator.client, ground, '/broken');
      await operator.goto('/console/webhooks');
      await operator.page.getByText('the receiver answered 500').first().waitFor();
    },
  },
  {
    name: 'an endpoint that is new',
    open: async (operator, ground) => {
      await openEndpoint(
        operator,
        await ground.makeEndpoint(operator.client, long, ['order.placed', 'order.paid']),
      );
      await operator.page.locator('.empty').waitFor();
    },
  },
  { name: 'deliveries', open: (operator, ground) => openTold(operator, ground, '/well') },
  {
    name: 'a test event that was not taken',
    open: async (operator, ground) => {
      ground.answer('/broken', 500);
      await openTold(operator, ground, '/broken');
      await operator.page.locator('.split .row button').first().click();
      await operator.page.locator('section .note.bad').waitFor();
    },
  },
  {
    name: 'an endpoint that the shop has paused',
    open: async (operator, ground) => {
      ground.answer('/gone', 410);
      await openTold(operator, ground, '/gone');
      await operator.page.locator('.note.bad').first().waitFor();
    },
  },
  {
    name: 'other events',
    open: async (operator, ground) => {
      await openEndpoint(operator, await ground.makeEndpoint(operator.client, '/edit'));
      await press(operator, 2);
    },
  },
  {
    name: 'asks before the secret is changed',
    open: async (operator, ground) => {
      await openEndpoint(operator, await ground.makeEndpoint(operator.client, '/rotate'));
      await press(operator, 3);
    },
  },
  {
    name: 'asks before it is deleted',
    open: async (operator, ground) => {
      await openEndpoint(operator, await ground.makeEndpoint(operator.client, '/end'));
      await press(operator, 4);
    },
  },
  {
    name: 'no such endpoint',
    open: async ({ goto, page }) => {
      await goto(`/console/webhooks/${randomUUID()}`);
      await page.locator('.empty').waitFor();
    },
  },
];
