/** What was sent about a product, as the activity keeps it. Null for the details of other commands, which are text. */
const sentFields = (detail: string): ReadonlyMap<string, unknown> | null => {
  if (!detail.startsWith('{')) return null;
  try {
    return new Map(Object.entries(JSON.parse(detail)));
  } catch {
    return null;
  }
};

/** The name of a product, where the details have it. People know it better than an id. */
export const nameIn = (action: string, detail: string | null): string | null => {
  if (detail === null || !action.startsWith('product.')) return null;
  const fields = sentFields(detail);
  const name = fields?.get('name') ?? fields?.get('code');
  return typeof name === 'string' ? name : null;
};

/** What was sent about a product may have an address of two thousand characters. */
const detailMax = 300;

/** `code: A-1 · price: 5000 VND · stock: add 3`, in the words of the API: an operator may look for them there. */
export const detailText = (detail: string): string => {
  const fields = sentFields(detail);
  const text =
    fields === null
      ? detail
      : [...fields]
          .filter(([name]) => name !== 'name')
          .map(([name, value]) => `${name}: ${valueText(value)}`)
          .join(' · ');
  return text.length > detailMax ? `${text.slice(0, detailMax)}…` : text;
};

const valueText = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value);
  // A price: its two members read as one.
  if ('amount' in value && 'currency' in value) return members.map(([, member]) => member).join(' ');
  return members.map(([name, member]) => `${name} ${member}`).join(', ');
};
