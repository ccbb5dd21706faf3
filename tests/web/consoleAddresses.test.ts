import { describe, expect, test } from 'bun:test';
import { permissions } from '../../core/permission.ts';
import { consoleScope, matchPath, signInPath } from '../../web/console/addresses.ts';
import { permissionNames } from '../../web/shared/permissions.ts';

describe('An address of the console', () => {
  test.each([
    ['/console/orders/:id', '/console/orders/7', { id: '7' }],
    ['/console/orders/:id', '/console/orders/a%2Fb', { id: 'a/b' }],
    ['/console/orders', '/console/orders', {}],
    ['/console/orders/:id', '/console/orders', null],
    ['/console/orders/:id', '/console/orders/', null],
    ['/console/orders/:id', '/console/orders/%E0%A4%A', null],
    ['/console/orders/:id', '/console/orders/7/more', null],
    ['/console/orders/:id', '/console/money/7', null],
  ])('Of the pattern %p, %p is %p', (pattern, path, params) => {
    expect(matchPath(pattern, path)).toEqual(params);
  });

  test.each([
    ['/console', true],
    ['/console?x=1', true],
    ['/console/tasks', true],
    ['/console/parts', false],
    ['/console/parts?view=x', false],
    ['/console/partsOf', true],
    ['/consoles', false],
    ['/shop', false],
  ])('%p is one of the document: %p', (address, isOne) => {
    expect(consoleScope.test(address)).toBe(isOne);
  });

  test('Sign-in leads back to where one was, and never to itself', () => {
    expect(signInPath('/console/tasks?state=failed')).toBe(
      '/console/sign-in?back=%2Fconsole%2Ftasks%3Fstate%3Dfailed',
    );
    expect(signInPath('/console/sign-in?back=%2Fconsole')).toBe('/console/sign-in');
  });
});

test('The console knows every permission of the API, and no other', () => {
  expect([...permissionNames]).toEqual([...permissions]);
});
