import { createPictures } from '../shared/pictures.ts';
import { perShop } from './perShop.ts';

/** The pictures of products by their ids, as far as they are known. */
export const picturesOf = perShop(({ api, cells }) => {
  const known = cells.create<ReadonlyMap<string, string | null>>(new Map());
  const { learn, want } = createPictures({
    product: api.product,
    show: (next) => {
      known.value = next;
    },
  });
  return { learn, want, urlOf: (productId: string): string | null => known.value.get(productId) ?? null };
});
