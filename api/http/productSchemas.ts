import { t } from 'elysia';
import { FormatRegistry } from 'elysia/type-system';
import { stockMax } from '../../core/productChange.ts';
import { isStorable, isVisible, normalizeCode, normalizeName } from '../../core/text.ts';
import { currency, integer, nullable, productType, strictObject, visiblePattern } from './schemas.ts';

/** The fields of products in requests. `readFields` turns them into the form that is stored. */

const lengthMax = { code: 64, name: 200, imageUrl: 2_048 };

const isText = (text: string, max: number): boolean =>
  isVisible(text) && isStorable(text) && [...text].length <= max;

/** A picture that this server has. */
const ownPicture = '/images/[A-Za-z0-9][A-Za-z0-9._-]{0,99}';
const isOwnPicture = new RegExp(`^${ownPicture}$`);

/**
 * The canonical form of an http or https URL: ASCII, without blanks. Null if it is not one, or is too long as it was
 * sent: the canonical form may be longer, and who sends it cannot count that. The path of a picture of ours stays as it
 * is.
 */
const normalizeUrl = (text: string): string | null => {
  if (isOwnPicture.test(text)) return text;
  if (text.length > lengthMax.imageUrl || !/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text)) return null;
  const url = URL.parse(text);
  return url === null ? null : encodeStraySigns(url.href);
};

/** A `%` without two digits, signs that are allowed in some places only, and those that a URI never has (RFC 3986). */
const doubtfulSigns = /%(?![\da-f]{2})|[#[\]]|[^\w\-.~:/?@!$&'()*+,;=%]/gi;

/** `URL` keeps signs that programs refuse which check a `uri`. Brackets are allowed in a host, and one `#` after it. */
const encodeStraySigns = (href: string): string => {
  const hostEnd = href.indexOf('/', 'https://'.length);
  const fragmentStart = href.indexOf('#');
  return href.replace(doubtfulSigns, (sign, at: number) => {
    const isAllowed = sign === '#' ? at === fragmentStart : /[[\]]/.test(sign) && at < hostEnd;
    return isAllowed ? sign : `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  });
};

FormatRegistry.Set('product-code', (text) => isText(normalizeCode(text), lengthMax.code));
FormatRegistry.Set('product-name', (text) => isText(normalizeName(text), lengthMax.name));
FormatRegistry.Set('picture-url', (text) => normalizeUrl(text) !== null);

const code = t.String({
  format: 'product-code',
  // Without a longest length: blanks and unseen characters are removed before they are counted.
  documented: { minLength: 1, pattern: '\\S' },
  description: `a code of 1 to ${lengthMax.code} characters, at least one of them visible and none of them a control character`,
});

const name = t.String({
  format: 'product-name',
  documented: { minLength: 1, maxLength: lengthMax.name, pattern: visiblePattern },
  description: `a name of 1 to ${lengthMax.name} characters, at least one of them visible and none of them a control character`,
});

/**
 * The URLs and paths that every client can write. Others, such as those with letters beyond ASCII in the host, are
 * encoded.
 */
const httpUrlPattern =
  'https?://(?:[A-Za-z0-9][A-Za-z0-9-]{0,30}\\.){0,6}[A-Za-z][A-Za-z0-9-]{0,30}(?::[0-9]{1,4})?(?:[/?#][!-~]*)?';
const pictureUrlPattern = `^(?:${httpUrlPattern}|${ownPicture})$`;

const imageUrl = t.Union(
  [
    t.String({
      format: 'picture-url',
      documented: { maxLength: lengthMax.imageUrl, pattern: pictureUrlPattern },
    }),
    t.Null(),
  ],
  {
    description: `an http or https URL of at most ${lengthMax.imageUrl} characters, the path of a picture of this server under /images, or null for no picture`,
  },
);

const price = strictObject({ amount: integer({ minimum: 0, maximum: 1_000_000_000_000 }), currency });
const units = integer({ minimum: 0, maximum: stockMax });

export const productDraft = strictObject({
  code,
  name,
  type: productType,
  price,
  stock: t.Optional(
    t.Union([units, t.Null()], {
      description: `a whole number from 0 to ${stockMax}, or null for a product that cannot run out. A new product needs one; without it, the stock of a known product stays as it is`,
    }),
  ),
  imageUrl: t.Optional(imageUrl),
});

export const productChange = t.Object(
  {
    name: t.Optional(name),
    type: t.Optional(productType),
    price: t.Optional(price),
    imageUrl: t.Optional(imageUrl),
    archived: t.Optional(t.Boolean()),
    stock: t.Optional(
      t.Union(
        [
          strictObject({ add: integer({ minimum: -stockMax, maximum: stockMax }) }),
          strictObject({ set: nullable(units), was: nullable(units) }),
        ],
        {
          description: `{"add": n} with a whole number, also below zero, or {"set": n, "was": m} with whole numbers from 0 to ${stockMax} or null: it is set only if it still is m`,
        },
      ),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
);

type Fields = {
  readonly code?: string;
  readonly name?: string;
  readonly imageUrl?: string | null;
};

/** The fields in the form that is stored. They must be valid. */
export const normalizeFields = <T extends Fields>(fields: T): T => ({
  ...fields,
  ...(fields.code !== undefined && { code: normalizeCode(fields.code) }),
  ...(fields.name !== undefined && { name: normalizeName(fields.name) }),
  ...(typeof fields.imageUrl === 'string' && { imageUrl: normalizeUrl(fields.imageUrl) }),
});
