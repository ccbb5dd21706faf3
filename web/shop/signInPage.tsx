import { SignInPage as AnySignInPage } from '../frame/signInPage.tsx';
import { shopScope } from './addresses.ts';
import { useShop } from './shop.ts';

export const SignInPage = () => <AnySignInPage scope={shopScope} roles={useShop().roles} />;
