import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { focusHeading } from '../frame/pageFocus.ts';
import { SiteProvider, useSiteChanges } from '../frame/site.ts';
import { usePageEvents } from '../frame/usePageEvents.ts';
import { useReconnect } from '../frame/useReconnect.ts';
import { Button, LinkButton } from '../parts/Button.tsx';
import { LanguageContext } from '../parts/language.ts';
import { OfflineBar } from '../parts/OfflineBar.tsx';
import { TopBar } from '../parts/TopBar.tsx';
import { isPaymentNews } from '../shared/paymentNews.ts';
import { formatClock } from '../shared/time.ts';
import { cartPath, homePath, signInPath } from './addresses.ts';
import type { Shop } from './shop.ts';

type ShopFrameProps = {
  readonly shop: Shop;
  /** The part of the shop that the page belongs to. */
  readonly here: 'products' | 'cart' | 'none';
  /** The path and query of the page, to come back to after sign-in. */
  readonly address: string;
  /** After sign-out. A document that is not the shop's main one loads that one. */
  readonly goHome: () => void;
  readonly children: ComponentChildren;
};

/** What is around each page of the shop, in whichever document it is. */
export const ShopFrame = ({ shop, here, address, goHome, children }: ShopFrameProps) => {
  const { account, connection, language, settings } = shop;
  const words = shop.words.value;
  const session = account.session.value;
  useSiteChanges(shop);
  usePageEvents(shop, isPaymentNews);
  useReconnect(shop);
  useEffect(() => {
    document.documentElement.lang = language.value;
  }, [language.value]);

  const signOut = async () => {
    await shop.prepareWords();
    const outcome = await shop.signOut();
    if (outcome.kind !== 'ok') return shop.toast.say(words.state.lostText);
    account.leave();
    shop.toast.sayOnNextPage(shop.words.value.signIn.signedOut);
    goHome();
    // Where the page stays the same, the menu that had the focus is gone all the same.
    requestAnimationFrame(focusHeading);
  };
  const isKnown = session === undefined ? account.wasKnown : session !== null;
  const waiting = account.cart.value.orders?.length ?? 0;
  const { isOffline, lastHeardMs } = connection.value;
  const asOf = lastHeardMs === null ? null : formatClock(lastHeardMs, language.value);
  return (
    <SiteProvider value={shop}>
      <LanguageContext.Provider value={language.value}>
        <TopBar
          name={settings.shopName}
          home={homePath}
          links={[
            { href: homePath, label: words.frame.products, icon: 'search', isHere: here === 'products' },
            {
              href: cartPath,
              label: words.frame.cart,
              icon: 'cart',
              isHere: here === 'cart',
              count: { value: waiting, label: words.frame.waiting },
            },
          ]}
          language={{
            next: language.value === 'vi' ? 'en' : 'vi',
            name: words.frame.otherLanguage,
            onChange: (next) => void shop.choose(next),
          }}
          account={
            isKnown
              ? {
                  email: session?.email ?? '',
                  menu: (
                    <>
                      <LinkButton look="quiet" href={cartPath}>
                        {words.frame.orders}
                      </LinkButton>
                      {session?.roles.includes('operator') === true ? (
                        <LinkButton look="quiet" href="/console">
                          {words.frame.console}
                        </LinkButton>
                      ) : null}
                      <Button look="quiet" onPress={() => void signOut()}>
                        {words.frame.signOut}
                      </Button>
                    </>
                  ),
                }
              : null
          }
          signIn={
            settings.signIn.kind === 'none' ? null : { href: signInPath(address), label: words.frame.signIn }
          }
          words={words.frame}
        />
        <OfflineBar
          text={!isOffline ? null : asOf === null ? words.state.offline : words.state.offlineAsOf(asOf)}
        />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </LanguageContext.Provider>
    </SiteProvider>
  );
};
