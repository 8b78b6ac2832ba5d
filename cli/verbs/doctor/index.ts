import type { Verb } from '../../verb.ts';

const options = {
  context: { type: 'string' },
  output: { type: 'string', short: 'o', default: 'table' },
} as const;

export const doctor: Verb<typeof options> = {
  name: 'doctor',
  help: `  goldenpath doctor [--context NAME] [--output table|json|yaml]
      Checks the installation that the current kubeconfig points to, or another context
      of it, and says for each finding what to run. Exit code 0: nothing is wrong; 1: errors; 2: no cluster.
`,
  options,
  operands: false,
  async run({ platform }, terminal, { context, output }) {
    const { doctor: examine } = await import('./doctor.ts');
    return await examine({ platform, context, output, ...terminal });
  },
};
