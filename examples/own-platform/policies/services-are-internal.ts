import { each, type Policy, shown, writtenAt } from 'golden-path-platform/policy';

export const servicesAreInternal: Policy = {
  id: 'services-are-internal',
  severity: 'deny',
  text: 'No Service is published outside the cluster.',
  why: 'What is published is attacked.',
  fix: 'Put an ingress with authentication in front of it.',
  tiers: ['prod'],
  check: each((object) =>
    writtenAt(object, 'spec.type')
      .filter(({ value }) => object.kind === 'Service' && value !== 'ClusterIP')
      .map(({ path, value }) => `${path}: got ${shown(value)}, want ClusterIP`),
  ),
};
