import { bare, defineKind, none } from '../card.ts';
import { inCluster } from './built-in.ts';

const others = 'what is in it has a card of its own';

export const namespace = defineKind({
  ...inCluster('v1', 'Namespace', 'namespaces'),
  ...bare(others),
  scope: 'Cluster',
  // Its volumes, Secrets and claims go with it.
  data: { fixed: [], growing: [], survives: 'nothing of what is in it' },
  deletionProtection: none('admission refuses to delete one that has claims, or is of a protected tier'),
  names: [
    {
      path: ['metadata', 'name'],
      most: 63,
      pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
      reserved: {
        pattern: /^(kube-.*|crossplane-system|default)$/,
        want: "another: namespaces that begin with kube-, crossplane-system and default are the cluster's own",
      },
    },
  ],
  ready: ({ status }) =>
    typeof status === 'object' && status !== null && 'phase' in status && status.phase === 'Terminating' ? 'it is being deleted' : true,
});
