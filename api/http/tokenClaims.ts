/** Where a token has what we read, if its issuer cannot use our names. */
export type ClaimNames = {
  /** A name, or a path with dots. */
  readonly roles: string;
  readonly email: string;
};

type Claims = Readonly<Record<string, unknown>>;

/**
 * The claim of this name, or undefined. The name may be a path with dots (`realm_access.roles`) or have dots itself
 * (`https://shop.example/roles`), so the whole name is tried first, and then each dot as the end of a part.
 */
export const claimAt = (claims: Claims, name: string): unknown => {
  if (Object.hasOwn(claims, name)) return claims[name];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const head = name.slice(0, dot);
    const inner = Object.hasOwn(claims, head) ? claims[head] : undefined;
    const found = isClaims(inner) ? claimAt(inner, name.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};

const isClaims = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
