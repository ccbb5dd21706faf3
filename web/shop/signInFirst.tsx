import { useLocation } from '../frame/location.tsx';
import { ToastText } from '../frame/toastText.tsx';
import { LinkButton } from '../parts/Button.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { StatusLine } from '../parts/StatusLine.tsx';
import { homePath, signInPath } from './addresses.ts';
import { useShop } from './shop.ts';

/** In place of a page that belongs to a customer, while nobody is signed in. */
export const SignInFirst = ({ title }: { readonly title: string }) => {
  const { cartPage, frame } = useShop().words.value;
  const { url } = useLocation();
  return (
    <div class="page wide">
      <h1>{title}</h1>
      <StatusLine isFloating>
        <ToastText />
      </StatusLine>
      <EmptyState
        title={cartPage.signInFirst}
        action={
          <>
            <LinkButton look="main" href={signInPath(url)}>
              {frame.signIn}
            </LinkButton>
            <LinkButton look="quiet" href={homePath}>
              {frame.toProducts}
            </LinkButton>
          </>
        }
      />
    </div>
  );
};
