import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { licencesFile, renderLicences } from '../../deploy/licences.ts';
import { createSbom } from '../../deploy/sbom.ts';
import { idOf, listShippedPackages } from '../../deploy/shippedPackages.ts';
import packageJson from '../../package.json' with { type: 'json' };

/** What may be shipped in a program under the MIT licence. Another one is a decision, and not an accident. */
const fineLicences = [
  'MIT',
  'MIT-0',
  '(MIT OR CC0-1.0)',
  'Apache-2.0',
  'BSD-3-Clause',
  'ISC',
  'Unlicense',
  'OFL-1.1',
  'Python-2.0',
  'MIT AND OFL-1.1',
  '(MIT AND Zlib)',
];

describe('What is shipped', () => {
  test('The list of licences is that of the lock file: write it with bun run licences', () => {
    expect(readFileSync(licencesFile, 'utf8')).toBe(renderLicences());
  });

  test('The documents say how many packages are shipped', () => {
    const { length } = listShippedPackages();
    for (const [name, text] of [
      ['docs/threatModel.md', `Few packages ([${length}](../THIRD_PARTY.md))`],
      ['docs/operating/deploy.md', `their ${length} packages`],
    ] as const)
      expect(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')).toContain(text);
  });

  test('Every package is there once, and each one that package.json names', () => {
    const shipped = listShippedPackages();
    expect(new Set(shipped.map(idOf)).size).toBe(shipped.length);
    const named = Object.entries(packageJson.dependencies).map(([name, version]) => `${name}@${version}`);
    expect(shipped.filter(({ direct }) => direct).map(idOf)).toEqual(named.toSorted());
  });

  test('No compiler, no types and no driver of another database is shipped', () => {
    const names = listShippedPackages().map(({ name }) => name);
    expect(names.filter((name) => /^@types\/|typescript|bun-types|^pg\b/.test(name))).toEqual([]);
  });

  test('Every licence is known and allows this', () => {
    const others = listShippedPackages().filter(({ licence }) => !fineLicences.includes(licence));
    expect(others).toEqual([]);
  });
});

describe('The bill of materials', () => {
  const schemaFolder = new URL(
    '../../node_modules/@cyclonedx/cyclonedx-library/res/schema/',
    import.meta.url,
  );
  const readSchema = (name: string) =>
    JSON.parse(readFileSync(fileURLToPath(new URL(`${name}.SNAPSHOT.schema.json`, schemaFolder)), 'utf8'));
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  // A format of another package. Addresses are checked as `uri`.
  ajv.addFormat('iri-reference', true);
  ajv.addFormat('idn-email', true);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs'])
    ajv.addSchema({ ...readSchema(name), $id: `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json` });
  const isValid = ajv.compile(readSchema('bom-1.6'));

  test('It is valid by the schema of CycloneDX 1.6', () => {
    isValid(JSON.parse(JSON.stringify(createSbom('1.4.5'))));
    expect(isValid.errors).toBeNull();
  });

  test('A licence that does not exist is found', () => {
    const sbom = createSbom('1.4.5');
    const [first] = sbom.components;
    expect(isValid({ ...sbom, components: [{ ...first, licenses: [{ license: { id: 'MTI' } }] }] })).toBe(
      false,
    );
  });

  test('It has the runtime and every package with its hash, and all references lead somewhere', () => {
    const { components, dependencies, metadata } = createSbom('1.4.5');
    expect(components).toHaveLength(listShippedPackages().length + 1);
    expect(components.filter((component) => 'hashes' in component && component.hashes.length !== 1)).toEqual(
      [],
    );
    const refs = new Set([...components, metadata.component].map((component) => component['bom-ref']));
    expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
  });
});
