import { SignJWT } from 'jose';

/** The `AUTH_SECRET` of the processes under test. */
export const secret = 'a secret for tests that is longer than thirty-two bytes';

/** A bearer token. The customer id is derived from the address. */
export const tokenFor = (email: string, role: 'customer' | 'operator' = 'customer'): Promise<string> =>
  new SignJWT({ email, roles: [role] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(`customer-${email}`)
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(secret));
