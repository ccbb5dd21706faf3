import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Language } from '../shared/language.ts';
import { Icon, type IconName } from './Icon.tsx';

type TopBarProps = {
  readonly name: string;
  readonly home: string;
  readonly links: readonly {
    readonly href: string;
    readonly label: string;
    readonly icon: IconName;
    readonly isHere: boolean;
    /** How many wait there. Said with its words, since a number alone says nothing. */
    readonly count?: { readonly value: number; readonly label: string } | undefined;
  }[];
  readonly language: {
    readonly next: Language;
    readonly name: string;
    readonly onChange: (next: Language) => void;
  };
  /** Null while nobody is signed in. */
  readonly account: { readonly email: string; readonly menu: ComponentChildren } | null;
  /** Null where nobody can sign in, or while it is not known whether somebody is. */
  readonly signIn: { readonly href: string; readonly label: string } | null;
  readonly words: { readonly skip: string; readonly main: string; readonly account: string };
};

/** The first thing of each page. `#main` is where the page itself begins. */
export const TopBar = ({ name, home, links, language, account, signIn, words }: TopBarProps) => {
  const menuId = useId();
  return (
    <header class="top">
      <a class="skip" href="#main">
        {words.skip}
      </a>
      <div>
        <a class="brand" href={home} aria-label={name}>
          <Icon name="wheel" />
          <span>{name}</span>
        </a>
        {links.length === 0 ? null : (
          <nav aria-label={words.main}>
            {links.map(({ href, label, icon, isHere, count }) => (
              <a key={href} class="top-link" href={href} aria-current={isHere ? 'page' : undefined}>
                <Icon name={icon} />
                <span class="narrow-hidden">{label}</span>
                {count === undefined || count.value === 0 ? null : (
                  <span class="count">
                    {count.value}
                    <span class="sr"> {count.label}</span>
                  </span>
                )}
              </a>
            ))}
          </nav>
        )}
        <button
          class="top-link"
          type="button"
          lang={language.next}
          onClick={() => language.onChange(language.next)}
        >
          <span aria-hidden="true">{language.next.toUpperCase()}</span>
          <span class="sr">{language.name}</span>
        </button>
        {account === null ? (
          signIn === null ? null : (
            <a class="top-link" href={signIn.href}>
              <Icon name="person" />
              <span class="narrow-hidden">{signIn.label}</span>
            </a>
          )
        ) : (
          <>
            <button class="top-link" type="button" popovertarget={menuId}>
              <Icon name="person" />
              <span class="sr">{words.account}</span>
            </button>
            <div class="menu" id={menuId} popover="auto">
              <p class="small soft">{account.email}</p>
              {account.menu}
            </div>
          </>
        )}
      </div>
    </header>
  );
};
