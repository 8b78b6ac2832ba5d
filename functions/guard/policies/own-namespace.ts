import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { apiOf } from '../../core/required.ts';
import { cardOf } from '../inspect.ts';
import { named } from '../named.ts';

export const ownNamespace: Policy = {
  id: 'own-namespace',
  severity: 'deny',
  fixed: true,
  text: "Everything is composed in the claim's own namespace, but for what a cluster-scoped claim composes.",
  why: 'A namespaced claim cannot own what lies outside its namespace: Crossplane refuses to apply it, and the claim stays stuck.',
  fix:
    "Leave metadata.namespace out and compose namespaced kinds only: a provider's are in groups with `.m.`, such as " +
    '`rds.aws.m.upbound.io`. What a whole cluster shares belongs to the platform, not to a claim.',
  check(resources, context) {
    const { platform, claim } = context.request;
    // It can own what is anywhere, and platform engineers alone make it.
    if (apiOf(platform, claim)?.scope === 'Cluster') return [];
    const namespace = claim.metadata?.namespace;
    return Object.entries(resources).flatMap(([key, object]) => {
      const elsewhere = object.metadata?.namespace;
      if (elsewhere !== undefined && elsewhere !== namespace) {
        return [`${named(key, object)}: metadata.namespace: got ${shown(elsewhere)}, want ${shown(namespace)}`];
      }
      if (cardOf(context, object)?.scope === 'Cluster') {
        return [
          `${named(key, object)}: kind: got ${shown(`${object.apiVersion} ${object.kind}`)}, which is cluster-scoped, want a namespaced kind`,
        ];
      }
      return [];
    });
  },
};
