import * as errors from 'jose/errors';

/**
 * Why a token is refused, as one sentence without its full stop. It is sent in `WWW-Authenticate` and logged, so it has
 * no part of the token. The header allows printable ASCII without quotes and backslashes (RFC 6750, 3).
 */
export type TokenReason = string;

/** The longest token that is read, in bytes. */
export const tokenLengthMax = 8_192;

export const tokenTooLong: TokenReason = `The token is too long: at most ${tokenLengthMax} bytes are read`;

/** The reason if the token itself is wrong. Null for any other error, which comes from loading the keys. */
export const tokenReasonOf = (cause: unknown, algorithms: readonly string[]): TokenReason | null => {
  if (cause instanceof errors.JWTExpired) return 'The token has expired (claim exp)';
  if (cause instanceof errors.JWTClaimValidationFailed) return claimReason(cause);
  if (cause instanceof errors.JOSEAlgNotAllowed)
    return `The algorithm of the token is not accepted (alg): sign it with ${algorithms.join(' or ')}`;
  if (cause instanceof errors.JWKSNoMatchingKey) return 'The token is signed with an unknown key (kid)';
  if (cause instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token is wrong';
  return isTokenError(cause) ? 'The token is not a signed JWT' : null;
};

/** A claim is missing, or has another value than we ask for. */
const claimReason = ({ claim, reason }: errors.JWTClaimValidationFailed): TokenReason => {
  const missing = reason === 'missing';
  switch (claim) {
    case 'nbf':
      return reason === 'check_failed'
        ? 'The token is not yet valid (claim nbf)'
        : 'The time from which the token is valid is not a number (claim nbf)';
    case 'exp':
      return missing
        ? 'The token has no expiry time (claim exp)'
        : 'The expiry time is not a number (claim exp)';
    case 'aud':
      return missing
        ? 'The token has no audience (claim aud)'
        : 'The token is for another audience (claim aud)';
    case 'iss':
      return missing ? 'The token has no issuer (claim iss)' : 'The token is of another issuer (claim iss)';
    case 'sub':
      return 'The token has no customer id (claim sub)';
    default:
      return 'A claim of the token is not valid';
  }
};

const isTokenError = (cause: unknown): boolean =>
  cause instanceof errors.JOSEError &&
  !(cause instanceof errors.JWKSTimeout) &&
  !(cause instanceof errors.JWKSInvalid) &&
  cause.code !== errors.JOSEError.code;
