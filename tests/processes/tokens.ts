import { SignJWT } from 'jose';

/** What the processes under test check tokens by. */
export const secret = 'a secret of the tests, of well over thirty-two bytes';

/** A bearer token; the customer's id is made from the address. */
export const tokenFor = (email: string, role: 'customer' | 'operator' = 'customer'): Promise<string> =>
  new SignJWT({ email, roles: [role] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(`customer-${email}`)
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(secret));
