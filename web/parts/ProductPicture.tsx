import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** A quiet drawing for each known type. A new type has the one of a label until somebody draws its own. */
const drawings: Readonly<Record<string, ComponentChildren>> = {
  physical: (
    <>
      <path d="M22 38 48 27l26 11v27L48 76 22 65Z" class="fill" />
      <path d="M22 38 48 27l26 11v27L48 76 22 65Zm0 0 26 11 26-11M48 49v27M35 32.5l26 11" />
    </>
  ),
  digital: (
    <>
      <rect x="25" y="26" width="46" height="34" rx="4" class="fill" />
      <rect x="25" y="26" width="46" height="34" rx="4" />
      <path d="M48 33v14m-6-5.5 6 6 6-6M38 70h20M48 60v10" />
    </>
  ),
  service: (
    <>
      <rect x="25" y="29" width="46" height="42" rx="4" class="fill" />
      <path d="M29 29h38a4 4 0 0 1 4 4v34a4 4 0 0 1-4 4H29a4 4 0 0 1-4-4V33a4 4 0 0 1 4-4Zm-4 12h46M36 24v9m24-9v9M39 56l6 6 12-12" />
    </>
  ),
};

const anyType = (
  <>
    <path d="M27 27h21l24 24-21 21-24-24Z" class="fill" />
    <path d="M27 27h21l24 24-21 21-24-24Zm10.5 10.5h.01" />
  </>
);

type ProductPictureProps = {
  readonly imageUrl: string | null;
  readonly type: string;
};

/**
 * The policy of the pages shows pictures over https and those of this server. Another one would leave a hole and an error,
 * so it is not asked for.
 */
const isShown = (imageUrl: string): boolean => /^(?:https:\/\/|\/(?![/\\]))/i.test(imageUrl);

/** The product's own picture, or a drawing by its type where there is none, or where it does not load. */
export const ProductPicture = ({ imageUrl, type }: ProductPictureProps) => {
  const [broken, setBroken] = useState<string | null>(null);
  if (imageUrl !== null && isShown(imageUrl) && imageUrl !== broken)
    return (
      // The name beside it says what it shows.
      <img
        class="picture"
        src={imageUrl}
        alt=""
        width="96"
        height="96"
        loading="lazy"
        decoding="async"
        onError={() => setBroken(imageUrl)}
      />
    );
  return (
    <svg
      class={`picture ${Object.hasOwn(drawings, type) ? type : ''}`}
      viewBox="0 0 96 96"
      fill="none"
      stroke="currentColor"
      stroke-width="2.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {Object.hasOwn(drawings, type) ? drawings[type] : anyType}
    </svg>
  );
};
