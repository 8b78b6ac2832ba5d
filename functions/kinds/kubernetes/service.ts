import { at } from '../../core/kubernetes.ts';
import { dataless, defineKind, inPlace, none, replace } from '../card.ts';
import { got } from '../price.ts';
import { inCluster, refused } from './built-in.ts';

const published: readonly unknown[] = ['NodePort', 'LoadBalancer'];

export const service = defineKind({
  ...inCluster('v1', 'Service', 'services'),
  ...dataless('a name for pods'),
  pods: none('others make the pods that it leads to'),
  inTransit: none('the pods that it leads to say so'),
  ingress: none('a NetworkPolicy says who comes in'),
  hosts: none('an Ingress or an HTTPRoute leads to it'),
  names: [{ path: ['metadata', 'name'], most: 63, pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/ }],
  privacy: [
    { path: 'spec.type', want: 'ClusterIP', holds: (value) => !published.includes(value) },
    { path: 'spec.externalIPs.*', want: 'no address outside the cluster', holds: () => false },
  ],
  // Whatever the cluster makes for it, a load balancer is charged by the hour and by use.
  price: {
    ids: [],
    items(object) {
      const type = at(object, 'spec', 'type') ?? 'ClusterIP';
      return type === 'ClusterIP' || type === 'NodePort' || type === 'ExternalName'
        ? []
        : [got('spec.type', type, 'one of ClusterIP, NodePort, ExternalName')];
    },
  },
  effects: { 'spec.clusterIP': replace(refused), spec: inPlace() },
});
