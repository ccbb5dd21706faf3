import type { Encoding } from './contentEncoding.ts';

/** A file that is served from memory. */
export type PageFile = {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the bytes. An encoded copy has the same tag with the encoding's name. */
  readonly entityTag: string;
  readonly encoded: Readonly<Partial<Record<Encoding, Uint8Array<ArrayBuffer>>>>;
};

/** What a document loads: names of files under `/assets`. `web/build.ts` writes them. */
export type DocumentFiles = {
  readonly script: string;
  readonly style: string;
  /** What the script imports at once. */
  readonly preloads: readonly string[];
};

/** The files of the pages. */
export type PageFiles = {
  /** By the name of the document. Null if the pages were not built. */
  readonly documents: ReadonlyMap<string, DocumentFiles> | null;
  /** By their names under `/assets`. Read at the start: they are few, and every visitor needs them. */
  readonly assets: ReadonlyMap<string, PageFile>;
  /** Pictures of the demo products, by their names under `/images`. Each is read at its first request. */
  readonly images: ReadonlyMap<string, () => Promise<PageFile>>;
};

/** What the pages show and need beside the API. */
export type PageSettings = {
  readonly files: PageFiles;
  readonly shopName: string;
  /** Where customers sign in outside of demo mode. Null if the shop has no such page. */
  readonly signInUrl: string | null;
  readonly payment: PagePayment;
};

export type PagePayment = {
  readonly provider: 'simulated' | 'stripe';
  /** With it, a page can give card data to the provider. Null for the simulated one. */
  readonly publishableKey: string | null;
};

/** For a process that shows no pages. */
export const noPages: PageSettings = {
  files: { documents: null, assets: new Map(), images: new Map() },
  shopName: 'Cartwright',
  signInUrl: null,
  payment: { provider: 'simulated', publishableKey: null },
};
