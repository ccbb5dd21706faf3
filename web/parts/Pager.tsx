import { LinkButton } from './Button.tsx';
import { Icon } from './Icon.tsx';

type PagerLink = { readonly href: string; readonly label: string };
type PagerProps = {
  readonly label: string;
  /** Null on the first page. */
  readonly first: PagerLink | null;
  /** Null on the last page. */
  readonly next: PagerLink | null;
};

/** A cursor leads on, never back by one. The browser's Back does that, because the cursor stands in the address. */
export const Pager = ({ label, first, next }: PagerProps) =>
  first === null && next === null ? null : (
    <nav class="pager" aria-label={label}>
      {first === null ? <span /> : <LinkButton href={first.href}>{first.label}</LinkButton>}
      {next === null ? null : (
        <LinkButton href={next.href}>
          {next.label}
          <Icon name="next" />
        </LinkButton>
      )}
    </nav>
  );
