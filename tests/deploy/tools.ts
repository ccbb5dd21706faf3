import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Programs in Go, in the versions of tools/go.mod. Go builds each once and keeps it. */
const packages = {
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint',
  compose: 'github.com/compose-spec/compose-go/v2/cmd',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform',
  kustomize: 'sigs.k8s.io/kustomize/kustomize/v5',
} as const;

const folder = fileURLToPath(new URL('./tools', import.meta.url));

const go = (...args: readonly string[]) =>
  spawnSync('go', args, { cwd: folder, encoding: 'utf8', env: { ...process.env, GOFLAGS: '-mod=readonly' } });

/** False where Go is missing or too old, which is a failure where REQUIRE_DEPLOY_TOOLS is set. */
export const areToolsAvailable = (): boolean => {
  const isAvailable = go('tool', '-n', packages.actionlint).status === 0;
  if (!isAvailable && process.env.REQUIRE_DEPLOY_TOOLS === '1')
    throw new Error('REQUIRE_DEPLOY_TOOLS is set, and go cannot build the tools');
  return isAvailable;
};

export type Outcome = { readonly code: number | null; readonly stdout: string; readonly output: string };

export const runTool = (
  tool: keyof typeof packages,
  args: readonly string[],
  { cwd = folder, input = '' }: { readonly cwd?: string; readonly input?: string } = {},
): Outcome => {
  const path = go('tool', '-n', packages[tool]).stdout.trim();
  const { status, stdout, stderr } = spawnSync(path, args, {
    cwd,
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return { code: status, stdout, output: `${stdout}${stderr}` };
};
