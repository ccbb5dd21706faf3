import { NotFound } from '../frame/notFound.tsx';
import { homePath } from './addresses.ts';
import { useShop } from './shop.ts';

/** An address that no page of the shop has. */
export const NotFoundPage = () => <NotFound href={homePath} label={useShop().words.value.frame.toProducts} />;
