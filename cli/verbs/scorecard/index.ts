import type { Verb } from '../../verb.ts';

const options = {
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  output: { type: 'string', short: 'o', default: 'table' },
} as const;

export const scorecard: Verb<typeof options> = {
  name: 'scorecard',
  help: `  goldenpath scorecard [--namespace NAME] [--context NAME] [--output table|json|yaml]
      Which of the claims of the current kubeconfig's cluster, or of another context's, have
      an owner, a version that there is, backups that were restored, a standby, alarms and
      protection, and the level that each has by that: Gold, Silver or Bronze. It only reads
      what status reads; JSON and YAML have why something is missing and what to do.
      Exit code 0: every claim has a level; 1: one has none; 2: no cluster.
`,
  options,
  operands: false,
  async run({ platform }, terminal, { namespace, context, output }) {
    const { scorecard: show } = await import('./command.ts');
    return await show({ platform, namespace, context, output, now: new Date(), ...terminal });
  },
};
