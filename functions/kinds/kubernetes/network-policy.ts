import { defineKind, inPlace } from '../card.ts';
import { bounded } from '../cidr.ts';
import { plainKind } from './built-in.ts';

export const networkPolicy = defineKind({
  ...plainKind('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', 'who may connect to pods'),
  ingress: [bounded('spec.ingress.*.from.*.ipBlock.cidr')],
  // https://kubernetes.io/docs/concepts/services-networking/network-policies/
  effects: { spec: inPlace('at once, for new connections') },
});
