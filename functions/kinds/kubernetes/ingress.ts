import { at } from '../../core/kubernetes.ts';
import { defineKind, inPlace } from '../card.ts';
import { plainKind } from './built-in.ts';

export const ingress = defineKind({
  ...plainKind('networking.k8s.io/v1', 'Ingress', 'ingresses', 'which paths of a host lead to which Service'),
  hosts: { path: 'spec.rules.*.host' },
  // https://kubernetes.io/docs/concepts/services-networking/ingress/: its controller publishes it where it has an address.
  ready(observed) {
    const addresses = at(observed, 'status', 'loadBalancer', 'ingress');
    return (Array.isArray(addresses) && addresses.length > 0) || 'it has no address yet';
  },
  effects: { spec: inPlace('at once, for new requests') },
});
