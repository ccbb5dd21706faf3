import { expect, test } from 'bun:test';
import { adviseOnStart, refuseVersion } from '../../adapters/postgres/startCheck.ts';

test('A server older than PostgreSQL 14 is refused with its version', () => {
  expect(refuseVersion(130_022, '13.22 (Debian)')).toMatch(/it is PostgreSQL 13\.22.*needs 14 or newer/);
  expect(refuseVersion(140_000, '14.0')).toBeNull();
  expect(refuseVersion(180_004, '18.4')).toBeNull();
});

test('A wrong password and a certificate of an unknown authority have advice', () => {
  const failure = (message: string, code: string) => Object.assign(new Error(message), { code });
  expect(adviseOnStart(failure('password authentication failed', '28P01'))).toContain('the password');
  const unknownAuthority = failure(
    'unable to get local issuer certificate',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  );
  expect(adviseOnStart(unknownAuthority)).toContain('sslrootcert');
  expect(adviseOnStart(failure('division by zero', '22012'))).toBeNull();
});
