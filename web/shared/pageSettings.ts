/** How customers of this shop sign in. */
export type SignInWay =
  /** An e-mail address is enough. */
  | { readonly kind: 'demo' }
  /** The page of an identity provider. */
  | { readonly kind: 'provider'; readonly url: string }
  | { readonly kind: 'none' };

export type PageSettings = { readonly shopName: string; readonly signIn: SignInWay };

/** What the server tells a page before its first request stands in `meta` elements of the document. */
export const readPageSettings = (metaOf: (name: string) => string | null): PageSettings => ({
  shopName: metaOf('application-name') ?? 'Cartwright',
  signIn: signInWayOf(metaOf('sign-in')),
});

const signInWayOf = (content: string | null): SignInWay => {
  if (content === 'demo') return { kind: 'demo' };
  // An address that is none would break the link, and one of a script would run it.
  const isAddress = content !== null && URL.canParse(content) && /^https?:/i.test(content.trim());
  return isAddress ? { kind: 'provider', url: content } : { kind: 'none' };
};

export const metaOfDocument = (name: string): string | null =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? null;
