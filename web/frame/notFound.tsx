import { LinkButton } from '../parts/Button.tsx';
import { useSite } from './site.ts';
import { useTitle } from './useTitle.ts';

type NotFoundProps = { readonly href: string; readonly label: string };

/** An address that no page has, and the way to one that is there. */
export const NotFound = ({ href, label }: NotFoundProps) => {
  const { frame } = useSite().words.value;
  useTitle(frame.notFound);
  return (
    <div class="page narrow">
      <section class="card stack">
        <h1>{frame.notFound}</h1>
        <p class="soft">{frame.notFoundText}</p>
        <LinkButton look="main" href={href}>
          {label}
        </LinkButton>
      </section>
    </div>
  );
};
