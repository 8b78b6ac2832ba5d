import { at, each, type Policy, shown } from 'golden-path-platform';

export const servicesAreInternal: Policy = {
  id: 'services-are-internal',
  severity: 'deny',
  text: 'No Service is published outside the cluster.',
  why: 'What is published is attacked.',
  fix: 'Put an ingress with authentication in front of it.',
  tiers: ['prod'],
  check: each((object) => {
    const type = object.kind === 'Service' ? (at(object, 'spec', 'type') ?? 'ClusterIP') : 'ClusterIP';
    return type === 'ClusterIP' ? [] : [`spec.type: got ${shown(type)}, want ClusterIP`];
  }),
};
