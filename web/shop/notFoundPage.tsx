import { useTitle } from '../frame/useTitle.ts';
import { LinkButton } from '../parts/Button.tsx';
import { homePath } from './addresses.ts';
import { useShop } from './shop.ts';

/** An address that no page has. */
export const NotFoundPage = () => {
  const { frame } = useShop().words.value;
  useTitle(frame.notFound);
  return (
    <div class="page narrow">
      <section class="card stack">
        <h1>{frame.notFound}</h1>
        <p class="soft">{frame.notFoundText}</p>
        <LinkButton look="main" href={homePath}>
          {frame.toProducts}
        </LinkButton>
      </section>
    </div>
  );
};
