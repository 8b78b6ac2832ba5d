import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { named } from '../named.ts';

/** The kinds of Kubernetes itself that a platform engineer may think of composing. */
const clusterScoped = new Set([
  'APIService',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
  'ClusterProviderConfig',
  'ClusterUsage',
  'EnvironmentConfig',
]);

/** Providers serve namespaced kinds in groups with `.m.`; their older groups are cluster-scoped. */
const olderProviderGroup = /^(?!.*\.m\.)[^/]+\.(upbound|crossplane)\.io\//;
const namespacedCrossplaneGroup = /^(protection|apiextensions|pkg|ops)\.crossplane\.io\//;

export const ownNamespace: Policy = {
  id: 'own-namespace',
  severity: 'deny',
  fixed: true,
  text: "Everything is composed in the claim's own namespace.",
  why: 'A namespaced claim cannot own what lies outside its namespace: Crossplane refuses to apply it, and the claim stays stuck.',
  fix:
    "Leave metadata.namespace out and compose namespaced kinds only: a provider's are in groups with `.m.`, such as " +
    '`rds.aws.m.upbound.io`. What a whole cluster shares belongs to the platform, not to a claim.',
  check(resources, { request }) {
    const namespace = request.claim.metadata?.namespace;
    // Only of a cluster-scoped kind, which can own what is anywhere.
    if (namespace === undefined) return [];
    return Object.entries(resources).flatMap(([key, object]) => {
      const elsewhere = object.metadata?.namespace;
      if (elsewhere !== undefined && elsewhere !== namespace) {
        return [`${named(key, object)}: metadata.namespace: got ${shown(elsewhere)}, want ${shown(namespace)}`];
      }
      const { apiVersion, kind } = object;
      if (clusterScoped.has(kind) || (olderProviderGroup.test(apiVersion) && !namespacedCrossplaneGroup.test(apiVersion))) {
        return [`${named(key, object)}: kind: got ${shown(`${apiVersion} ${kind}`)}, which is cluster-scoped, want a namespaced kind`];
      }
      return [];
    });
  },
};
