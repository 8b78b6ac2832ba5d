import { relative, resolve } from 'node:path';
import { readSettings } from '../../settings.ts';
import type { Verb } from '../../verb.ts';

const options = {
  environment: { type: 'string', short: 'e', multiple: true },
  'environments-from': { type: 'string' },
  kustomize: { type: 'string', short: 'k', multiple: true },
  against: { type: 'string' },
  from: { type: 'string' },
  live: { type: 'boolean', default: false },
  adopt: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  context: { type: 'string' },
  output: { type: 'string', short: 'o' },
} as const;

export const plan: Verb<typeof options> = {
  name: 'plan',
  help: `  goldenpath plan [FILE|DIR|-…] --environment NAME|FILE [--environment …] [--output table|json|yaml|markdown]
      [--kustomize DIR …] [--environments-from PATTERN] [--against NAME|FILE] [--from FILE|DIR|REVISION] [--live [--context NAME]] [--adopt] [--strict]
      What each claim would become in each environment: settings and where they come
      from, resources, cost, policies, verdict. Runs the code that runs in the cluster;
      needs no cluster. Claims are taken from wherever they are among other objects, in
      YAML or JSON; what helm template prints is read through -. What is passed over is
      named, and why. In goldenpath.yaml a repository says its folder of environments,
      the claims to plan where none are named, and the output, as environments, claims
      and output.

      --kustomize DIR           the claims that kustomize builds there
      --environments-from 'clusters/*/'
                                the claims of each folder, in the environment that is
                                called as the folder, built where it has a kustomization
      --against NAME|FILE       only what differs from this environment
      --from FILE|DIR|REVISION  what changes of the claims there, or of a git revision's,
                                as if the old claim were provisioned in the environment
      --live                    what changes of what the current kubeconfig's cluster
                                has; --environment defaults to that of the namespace;
                                needs the right to read claims, what they compose and
                                their namespace
      --adopt                   as --live, of the claims that adopt something that was
                                there before them: each difference between what runs
                                and what would be set, and how to accept them all; what
                                still waits for that, or to be looked at, is refused
      --context NAME            another context of the kubeconfig than the current one
      --strict                  what would be passed over is an error
      --output markdown         a pull-request comment

      Exit code 0: all is fine; 1: something is refused; 2: bad input.
`,
  options,
  operands: true,
  async run(
    home,
    terminal,
    { environment: environments = [], 'environments-from': environmentsFrom, kustomize: kustomizations = [], output, live, ...values },
    operands,
  ) {
    const { plan: planFiles } = await import('./command.ts');
    const settings = await readSettings(home.root);
    const isNamed = operands.length + kustomizations.length > 0 || environmentsFrom !== undefined;
    return await planFiles({
      ...home,
      ...terminal,
      ...values,
      live: live || values.adopt,
      ...(settings.environments !== undefined && { environmentsFolder: settings.environments }),
      domain: settings.domain,
      environments,
      environmentsFrom,
      kustomizations,
      files: isNamed ? operands : (settings.claims ?? []).map((path) => relative(process.cwd(), resolve(home.root, path)) || '.'),
      output: output ?? settings.output ?? 'table',
    });
  },
};
