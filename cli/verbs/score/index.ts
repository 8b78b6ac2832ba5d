import { readSettings } from '../../settings.ts';
import type { Verb } from '../../verb.ts';

const options = {
  output: { type: 'string', short: 'o' },
} as const;

export const score: Verb<typeof options> = {
  name: 'score',
  help: `  goldenpath score FILE|-… [--output DIR]
      What workloads of Score (score.dev/v1b1) become: an AppService each, and the
      claims of what their resources need, for kubectl apply -n NAMESPACE -f -. Files
      that are given together share what has one id. goldenpath plan takes Score files
      as they are. In goldenpath.yaml a repository says as domain what the hosts of its
      dns end in.

      --output DIR              a file for each claim, in place of one stream; a file
                                that was not made so is never overwritten

      Exit code 0: they are converted; 2: something cannot be, and nothing was written.
`,
  options,
  operands: true,
  async run({ platform, root }, { stdin, stdout, stderr }, { output }, files) {
    const { score: convertFiles } = await import('./command.ts');
    const { domain } = await readSettings(root);
    return await convertFiles({ platform, domain, files, folder: output, stdin, stdout, stderr });
  },
};
