/** Who did a command: a person with a token, or a service key. Stored beside what the command changed. */
export type Actor =
  | { readonly id: string; readonly email: string }
  | { readonly id: string; readonly name: string };
