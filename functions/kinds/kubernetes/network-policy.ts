import { defineKind, inPlace } from '../card.ts';
import { bounded } from '../cidr.ts';
import { plainKind } from './built-in.ts';

export const networkPolicy = defineKind({
  ...plainKind('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', 'who may connect to pods'),
  ingress: [
    bounded('spec.ingress.*.from.*.ipBlock.cidr'),
    // A rule that names nobody is one for everybody.
    { path: 'spec.ingress.*.from', want: 'who may come in', holds: (from) => Array.isArray(from) && from.length > 0 },
  ],
  // https://kubernetes.io/docs/concepts/services-networking/network-policies/
  effects: { spec: inPlace('at once, for new connections') },
});
