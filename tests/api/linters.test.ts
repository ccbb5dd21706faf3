import { expect, test } from 'bun:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { type RulesetDefinition, Spectral } from '@stoplight/spectral-core';
import { oas } from '@stoplight/spectral-rulesets';
import { createTestApi } from './testApi.ts';

const documentOf = async (demo: boolean): Promise<string> => {
  const { api } = createTestApi({ demo });
  return (await api.handle(new Request('http://localhost/docs/json'))).text();
};

const redocly = async (source: string) => {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source, absoluteRef: '/openapi.json', config });
  return problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`);
};

const spectral = async (source: string) => {
  const linter = new Spectral();
  linter.setRuleset({ extends: [oas as RulesetDefinition] });
  const problems = await linter.run(source);
  return problems.map(({ code, path, message }) => `${code} ${path.join('/')}: ${message}`);
};

for (const demo of [true, false]) {
  const when = demo ? 'in demo mode' : 'outside of demo mode';
  test(`Redocly finds nothing wrong with the document ${when}`, async () => {
    expect(await redocly(await documentOf(demo))).toEqual([]);
  }, 600_000);

  test(`Spectral finds nothing wrong with the document ${when}`, async () => {
    expect(await spectral(await documentOf(demo))).toEqual([]);
  }, 600_000);
}

test('The linters do find what is wrong', async () => {
  const broken = JSON.stringify({ openapi: '3.0.3', info: { title: 'Orders', version: '1' }, paths: {} });
  expect(await redocly(broken)).not.toEqual([]);
  expect(await spectral(broken)).not.toEqual([]);
}, 600_000);
