import type { Verb } from '../../verb.ts';

export const init: Verb = {
  name: 'init',
  help: `  goldenpath init
      Begins a repository of claims here: goldenpath.yaml, which says where things are,
      an environment, a claim, and the workflow that plans each pull request. Exit code
      0: they are made; 2: one of them is there already, and nothing was made.
`,
  options: {},
  operands: false,
  async run({ platform, root }, { stdout }) {
    const { init: begin } = await import('./command.ts');
    return begin({ platform, root, stdout });
  },
};
