import { domainToASCII } from 'node:url';
import { t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import { readEmailAddress } from '../../core/emailAddress.ts';
import { type ValidationFailure, validationFailure } from './check.ts';

/** True if the mailer can send to it. */
export const isEmailAddress = (text: string): boolean => readEmailAddress(text, domainToASCII) !== null;

/**
 * A body field with an email address. `readEmailField` checks its text: no pattern of a schema can say which names a
 * domain may have.
 */
export const emailField = t.String({
  pattern: '^[^@\\s]+@[^@\\s]+$',
  maxLength: 254,
  description: 'an email address',
  documented: { format: 'email', maxLength: 254 },
});

/** The member `email` of a body, if mail can be sent to it. */
export const readEmailField = (email: string): Result<string, ValidationFailure> =>
  isEmailAddress(email)
    ? ok(email)
    : err(
        validationFailure([
          { path: '/email', message: 'Expected an email address that mail can be sent to' },
        ]),
      );
