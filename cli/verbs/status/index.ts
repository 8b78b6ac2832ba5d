import type { Verb } from '../../verb.ts';

const options = {
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  output: { type: 'string', short: 'o', default: 'table' },
} as const;

export const status: Verb<typeof options> = {
  name: 'status',
  help: `  goldenpath status [KIND/]CLAIM --namespace NAME [--context NAME] [--output table|json|yaml]
      What a claim of the current kubeconfig's cluster, or of another context's, is and
      runs with, what is pending and the next maintenance window, what was last backed up,
      its binding and login, who uses it, and what it composed. A kind is written as kubectl
      takes it. It only reads; what this user may not read is named, and no value of a
      Secret is shown.
      Exit code 0: the claim is ready; 1: it is not; 2: no such claim, or no cluster.
`,
  options,
  operands: true,
  async run({ platform }, terminal, { namespace, context, output }, operands) {
    const { status: show } = await import('./command.ts');
    return await show({ platform, namespace, context, output, operands, now: new Date(), ...terminal });
  },
};
