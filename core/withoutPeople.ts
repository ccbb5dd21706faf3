/** Members that name a person, or describe one, in what payment providers send. */
const personalMembers = new Set([
  ...['billing_details', 'customer_details', 'shipping', 'shipping_details', 'collected_information'],
  ...['receipt_email', 'customer_email', 'customer_email_address', 'email', 'phone', 'address'],
  ...['customer_name', 'customer_purchase_ip', 'evidence', 'owner', 'ip_address', 'client_ip'],
]);

const address = /[^\s<>"'(),;:@]+@[^\s<>"'(),;:@]+\.[^\s<>"'(),;:@]+/g;

/**
 * The JSON of a provider's event without what names people. Such a member becomes null, and an address in a text a mark.
 * Nothing acts on what is left out. A text that is no JSON is not stored at all: nobody can say what is in it.
 */
export const withoutPeople = (json: string): string => {
  try {
    return JSON.stringify(JSON.parse(json, (name, value: unknown) => cleanMember(name, value)));
  } catch {
    return '';
  }
};

const cleanMember = (name: string, value: unknown): unknown => {
  if (personalMembers.has(name)) return null;
  return typeof value === 'string' && value.includes('@') ? value.replace(address, '[removed]') : value;
};
