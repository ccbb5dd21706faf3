import { describe, expect, test } from 'bun:test';
import { parsePostgresUrl, showPostgresUrl } from '../../adapters/stored/postgresUrl/parse.ts';

const read = (text: string) => parsePostgresUrl(text)._unsafeUnwrap();
const refuse = (text: string) => parsePostgresUrl(text)._unsafeUnwrapErr();

describe('A connection string', () => {
  test('Its user, password, host, port and database are decoded', () => {
    expect(read('postgresql://sh%40p:p%2Fa%25s%3As@db.internal:6432/my%20shop')).toMatchObject({
      user: 'sh@p',
      password: 'p/a%s:s',
      hosts: [{ host: 'db.internal', port: 6432 }],
      database: 'my shop',
      sslMode: null,
      target: 'any',
    });
    expect(read('postgres://u:a:b@h/d').password).toBe('a:b');
    expect(read('postgres://u:a@b@h/d')).toMatchObject({
      password: 'a@b',
      hosts: [{ host: 'h', port: 5432 }],
    });
  });

  test('Parts that are missing are left to the driver', () => {
    expect(read('postgres://')).toMatchObject({
      user: null,
      password: null,
      database: null,
      hosts: [{ host: 'localhost', port: 5432 }],
    });
  });

  test('Several hosts, IPv6 addresses and Unix sockets are read', () => {
    expect(read('postgres://u@a:1,b,[::1]:3/d').hosts).toEqual([
      { host: 'a', port: 1 },
      { host: 'b', port: 5432 },
      { host: '::1', port: 3 },
    ]);
    const socket = [{ host: '/var/run/postgresql', port: 5433 }];
    expect(read('postgres://%2Fvar%2Frun%2Fpostgresql:5433/d').hosts).toEqual(socket);
    expect(read('postgres:///d?host=/var/run/postgresql&port=5433').hosts).toEqual(socket);
    expect(read('postgres:///d?host=a,b&port=1,2').hosts).toEqual([
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ]);
  });

  test('The parameters of libpq are read', () => {
    const url =
      'postgres://h/d?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem' +
      '&application_name=a%20b&options=-c%20search_path%3Dshop&connect_timeout=7&target_session_attrs=read-write';
    expect(read(url)).toMatchObject({
      sslMode: 'verify-full',
      sslRootCert: '/ca.pem',
      sslCert: '/c.pem',
      sslKey: '/k.pem',
      applicationName: 'a b',
      options: '-c search_path=shop',
      connectTimeoutS: 7,
      target: 'primary',
    });
    expect(read('postgres://h/d?ssl=true').sslMode).toBe('verify-full');
    expect(read('postgres://h/d?sslrootcert=system').sslMode).toBe('verify-full');
    expect(read('postgres://h/d?channel_binding=prefer&gssencmode=disable').hosts).toHaveLength(1);
  });

  test.each([
    ['postgres://h/d?sslmod=require', /^the parameter sslmod is not known/],
    ['postgres://h/d?schema=shop', /^the parameter schema is not known: write options=/],
    ['postgres://h/d?pgbouncer=true', /DATABASE_POOLING=transaction/],
    ['postgres://h/d?channel_binding=require', /^channel_binding can only be disable or prefer/],
    ['postgres://h/d?sslmode=on', /^sslmode: write one of disable,/],
    ['postgres://h/d?sslrootcert=system&sslmode=require', /^sslrootcert=system needs sslmode=verify-full/],
    ['postgres://h/d?target_session_attrs=read-only', /write standby or prefer-standby$/],
    ['postgres://h/d?target_session_attrs=master', /^target_session_attrs: write one of any,/],
    ['postgres://h/d?connect_timeout=soon', /^connect_timeout: write a number/],
    ['postgres://h/d?sslcert=/c.pem', /^sslcert and sslkey need each other/],
    ['postgres:///d?host=a,b,c&port=1,2', /^write as many ports as hosts/],
    ['postgres://h:port/d', /^a host or its port cannot be read/],
    ['postgres://h:70000/d', /^a host or its port cannot be read/],
    ['mysql://h/d', /^write postgres:/],
  ])('What cannot be followed is refused by name: %s', (url, reason) => {
    expect(refuse(url)).toMatch(reason);
  });

  test.each([
    ['postgres://u:100%sure@h/d', /write %25/],
    ['postgres://u:hunter2%@h/d', /write %25/],
    ['postgres://u:hunter2/x@h/d', /%2F for \//],
    ['postgres://u:hunter2?x@h/d', /%3F for a \?/],
    ['postgres://u:x?hunter2@h/d', /%3F for a \?/],
  ])('A password that is not encoded is refused without being shown: %s', (url, reason) => {
    expect(refuse(url)).toMatch(reason);
    expect(refuse(url)).not.toContain('hunter2');
    expect(showPostgresUrl(url)).not.toContain('hunter2');
  });

  test('Logs show no user, password and parameters', () => {
    expect(showPostgresUrl('postgres://u:hunter2@a:1,[::1]/shop?sslpassword=hunter2')).toBe(
      'postgres://a:1,[::1]:5432/shop',
    );
  });
});
