import { wordOf } from './words.ts';

const number = (count: number): string => count.toLocaleString('en');

type QuantityProblem = 'not_a_number' | 'too_few' | 'too_many';
type Limits = { readonly min: number; readonly max: number };

/** Of a quantity that one may change. */
const quantity = {
  quantityOf: (name: string): string => `Quantity: ${name}`,
  less: (name: string): string => `One less: ${name}`,
  more: (name: string): string => `One more: ${name}`,
  quantityProblem: (problem: QuantityProblem, { min, max }: Limits): string =>
    ({
      not_a_number: 'Enter a whole number, such as 2',
      too_few: `At least ${min}`,
      too_many: `At most ${number(max)}`,
    })[problem],
};

/** By product type. A type that is newer than this page is shown as it is. */
export const enProductTypes = {
  physical: 'Delivered goods',
  digital: 'Digital product',
  service: 'Service',
};

/** What the first page says, in English: it is loaded before anything is shown. Other languages have the same members. */
export const enFirst = {
  frame: {
    products: 'Products',
    cart: 'Cart',
    orders: 'Orders',
    waiting: 'orders to pay',
    skip: 'Skip to the content',
    main: 'Main',
    account: 'Account',
    signIn: 'Sign in',
    signOut: 'Sign out',
    otherLanguage: 'Tiếng Việt',
    console: 'Console',
    close: 'Close',
    copy: 'Copy',
    copied: 'Copied',
    select: 'Select the text to copy it',
    titleOf: (page: string, shop: string): string => `${page} · ${shop}`,
    notFound: 'This page does not exist',
    notFoundText: 'The address may be old or mistyped.',
    toProducts: 'See the products',
    toCart: 'To the cart',
  },
  state: {
    loading: 'Loading',
    tryAgain: 'Try again',
    requestId: 'Number for the shop',
    lost: 'The answer did not arrive',
    lostText: 'Your connection or the shop may be busy. Please try again.',
    offline: 'You are offline',
    offlineAsOf: (time: string): string => `You are offline. This is as of ${time}.`,
    offlinePay: 'You are offline. You can pay when the connection is back.',
    notSecure: 'To sign in, open this page with https, or on the machine itself as localhost.',
  },
  catalogue: {
    ...quantity,
    title: 'Products',
    search: 'Find a product',
    searchHint: 'Find by name or code',
    clear: 'Clear the search',
    suggestions: 'Suggestions',
    nothingFound: 'No product found',
    nothingFoundText: 'Try fewer letters, or another word.',
    empty: 'There are no products yet',
    emptyText: 'Please come back later.',
    found: (count: number): string => (count === 1 ? '1 product' : `${count} products`),
    loading: 'Loading products',
    type: (type: string): string => wordOf(enProductTypes, type) ?? type,
    add: 'Add',
    addNamed: (name: string): string => `Add to cart: ${name}`,
    soldOut: 'Sold out',
    left: (count: number): string => `${number(count)} left`,
    inCart: (count: number): string => `${number(count)} in cart`,
    added: (count: number, name: string): string => `Added ${number(count)} × ${name} to your cart.`,
    allTypes: 'All types',
    typeLabel: 'Kind of product',
    showAll: 'Show all products',
    pages: 'More products',
    next: 'Next page',
    back: 'First page',
  },
  otherProblem: {
    title: 'That did not work',
    text: 'Please try again. If it happens again, tell the shop the number below.',
  },
  productTypes: enProductTypes,
};

export type FirstMessages = typeof enFirst;
