import type { ComponentChildren } from 'preact';
import { Button, LinkButton } from '../parts/Button.tsx';
import { LanguageContext } from '../parts/language.ts';
import { OfflineBar } from '../parts/OfflineBar.tsx';
import { TopBar } from '../parts/TopBar.tsx';
import type { Language } from '../shared/language.ts';
import { galleryWords } from './words.ts';

type FrameProps = {
  readonly language: Language;
  readonly here: 'products' | 'cart' | 'none';
  readonly isSignedIn?: boolean;
  readonly isOffline?: boolean;
  readonly children: ComponentChildren;
};

/** A page of the shop with its bar, and nothing behind it. */
export const Frame = ({ language, here, isSignedIn = true, isOffline = false, children }: FrameProps) => {
  const words = galleryWords(language);
  const other = language === 'vi' ? 'en' : 'vi';
  return (
    <LanguageContext.Provider value={language}>
      <TopBar
        name="Cartwright"
        home="?view=catalogue"
        links={[
          {
            href: '?view=catalogue',
            label: words.frame.products,
            icon: 'search',
            isHere: here === 'products',
          },
          {
            href: '?view=cart',
            label: words.frame.cart,
            icon: 'cart',
            isHere: here === 'cart',
            count: isSignedIn ? { value: 3, label: words.frame.waiting } : undefined,
          },
        ]}
        language={{
          next: other,
          name: words.frame.otherLanguage,
          onChange: () => {
            const address = new URL(location.href);
            address.searchParams.set('lang', other);
            location.assign(address);
          },
        }}
        account={
          isSignedIn
            ? {
                email: 'an.nguyen@example.vn',
                menu: (
                  <>
                    <LinkButton look="quiet" href="?view=orders">
                      {words.frame.orders}
                    </LinkButton>
                    <Button look="quiet">{words.frame.signOut}</Button>
                  </>
                ),
              }
            : null
        }
        signIn={{ href: '?view=sign-in', label: words.frame.signIn }}
        words={words.frame}
      />
      <OfflineBar text={isOffline ? words.state.offlineAsOf('14:03') : null} />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </LanguageContext.Provider>
  );
};
