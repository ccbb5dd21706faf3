import { Buffer } from 'node:buffer';
import process from 'node:process';
import packageJson from '../package.json' with { type: 'json' };
import { idOf, listShippedPackages, type ShippedPackage } from './shippedPackages.ts';

/**
 * `bun deploy/sbom.ts`: writes the software bill of materials of the image to standard output, as CycloneDX 1.6. It has what
 * the lock file says, with the hashes of the archives, and the runtime.
 */

/** An id such as `@noble/hashes@1.8.0`, as a package URL. */
const purlOf = (id: string): string => `pkg:npm/${id.replace(/^@/, '%40')}`;

const hashesOf = (integrity: string) => {
  const [, base64 = ''] = /^sha512-(.+)$/.exec(integrity) ?? [];
  return base64 === '' ? [] : [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }];
};

const componentOf = (shipped: ShippedPackage) => {
  const { name, version, licence, integrity, source } = shipped;
  return {
    type: 'library',
    'bom-ref': purlOf(idOf(shipped)),
    name,
    version,
    purl: purlOf(idOf(shipped)),
    licenses: [/\s/.test(licence) ? { expression: licence } : { license: { id: licence } }],
    hashes: hashesOf(integrity),
    ...(source !== null && { externalReferences: [{ type: 'vcs', url: source }] }),
  };
};

/** `bun` is the version of the runtime. */
export const createSbom = (bun: string) => {
  const shipped = listShippedPackages();
  const app = `pkg:generic/${packageJson.name}@${packageJson.version}`;
  const runtime = `pkg:github/oven-sh/bun@bun-v${bun}`;
  const root = { type: 'application', 'bom-ref': app, name: packageJson.name, version: packageJson.version };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...root, licenses: [{ license: { id: packageJson.license } }] } },
    components: [
      { type: 'platform', 'bom-ref': runtime, name: 'bun', version: bun, purl: runtime },
      ...shipped.map(componentOf),
    ],
    dependencies: [
      {
        ref: app,
        dependsOn: [runtime, ...shipped.filter(({ direct }) => direct).map((each) => purlOf(idOf(each)))],
      },
      ...shipped.map((each) => ({ ref: purlOf(idOf(each)), dependsOn: each.needs.map(purlOf) })),
    ],
  };
};

if (import.meta.main)
  process.stdout.write(`${JSON.stringify(createSbom(process.versions.bun ?? ''), null, 2)}\n`);
