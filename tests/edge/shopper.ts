import { type Client, type Reply, textAt } from '../processes/client.ts';

/** A client that buys the same product again and again, with a key for each POST, and tries no request twice. */
export type Shopper = {
  readonly shop: (isOver: () => boolean) => Promise<void>;
  readonly requests: () => number;
  /** One line for each request without the response that it should have. */
  readonly failures: string[];
  /** The ids of the orders that it has paid. */
  readonly paid: string[];
};

/** So that the machine is not busy with nothing else. */
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 20));

export const createShopper = (client: Client, productId: string): Shopper => {
  const failures: string[] = [];
  const paid: string[] = [];
  let requests = 0;

  const expectReply = async (
    name: string,
    status: number,
    call: () => Promise<Reply>,
  ): Promise<Reply | null> => {
    await pause();
    requests++;
    try {
      const reply = await call();
      if (reply.status === status) return reply;
      failures.push(`${name}: ${reply.status} ${JSON.stringify(reply.body)}`);
    } catch (cause) {
      failures.push(`${name}: ${cause}`);
    }
    return null;
  };

  return {
    failures,
    paid,
    requests: () => requests,
    shop: async (isOver) => {
      while (!isOver()) {
        const order = { productId, quantity: 1 };
        const placing = { 'idempotency-key': crypto.randomUUID() };
        const placed = await expectReply('POST /orders', 201, () => client.post('/orders', order, placing));
        if (placed === null) continue;
        const orderId = textAt(placed, 'id');
        const key = crypto.randomUUID();
        const paying = () => client.checkOut(key, [orderId], 'pm_card_visa');
        if ((await expectReply('POST /checkouts', 202, paying)) !== null) paid.push(orderId);
        await expectReply('GET /orders', 200, () => client.get(`/orders/${orderId}`));
        await expectReply('GET /products', 200, () => client.get('/products?q=edge'));
      }
    },
  };
};
