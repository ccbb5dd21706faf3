import type { ShopApi } from './shopApi.ts';
import type { Product } from './types.ts';

type PicturePorts = {
  readonly product: ShopApi['product'];
  /** By product: the address of its picture, or null for none. */
  readonly show: (pictures: ReadonlyMap<string, string | null>) => void;
};

/** Asked for at the same time. A browser has six connections, and the customer's own requests need some. */
const askedAtOnceMax = 3;

/** For one page of orders and a cart. The rest keep the drawing of their type. */
const askedMax = 60;

/** The pictures of ordered products: an order has none, so they are learned from lists of products, or asked for. */
export const createPictures = ({ product, show }: PicturePorts) => {
  let known: ReadonlyMap<string, string | null> = new Map();
  const asked = new Set<string>();
  const waiting: string[] = [];
  let running = 0;

  const learn = (products: readonly Pick<Product, 'id' | 'imageUrl'>[]): void => {
    const news = products.filter(({ id, imageUrl }) => known.get(id) !== imageUrl);
    if (news.length === 0) return;
    known = new Map([...known, ...news.map(({ id, imageUrl }) => [id, imageUrl] as const)]);
    show(known);
  };
  const askNext = async (): Promise<void> => {
    const id = waiting.shift();
    if (id === undefined || running >= askedAtOnceMax) {
      if (id !== undefined) waiting.unshift(id);
      return;
    }
    running++;
    const outcome = await product(id);
    running--;
    if (outcome.kind === 'ok') learn([outcome.value]);
    await askNext();
  };
  return {
    learn,
    want: (productIds: readonly string[]): void => {
      for (const id of productIds) {
        if (known.has(id) || asked.has(id) || asked.size >= askedMax) continue;
        asked.add(id);
        waiting.push(id);
        void askNext();
      }
    },
  };
};
