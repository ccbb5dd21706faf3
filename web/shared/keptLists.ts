import type { List } from './types.ts';

/** As many questions as one goes back over. */
const keptMax = 20;

/** Keeps the last answer to a question, for Back. With too many, the one that was kept longest ago is forgotten. */
export const keepList = (lists: Map<string, List<unknown>>, address: string, list: List<unknown>): void => {
  lists.delete(address);
  lists.set(address, list);
  const [oldest = ''] = lists.keys();
  if (lists.size > keptMax) lists.delete(oldest);
};
