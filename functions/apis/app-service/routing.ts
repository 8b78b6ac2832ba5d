import * as z from 'zod';
import { facts, section } from '../../core/facts.ts';

const text = z.string().min(1).max(253);

const named = (apiVersion: string, kind: string, plural: string, bringer: string) =>
  ({ is: 'name', of: { apiVersion, kind, plural, package: bringer } }) as const;

/** How an environment lets requests in: by a Gateway, or else by the Ingresses of a class. */
export const routing = facts(
  section('routing', 'How requests from outside of the cluster reach apps.'),
  {
    gateway: z
      .strictObject({ name: text.describe('Name of the Gateway.'), namespace: text.describe('Namespace of the Gateway.') })
      .optional()
      .describe('Gateway that hosts are served by; what it listens on, and with which certificates, it says itself.'),
    ingressClass: text.optional().describe('Class of Ingresses that hosts are served by where there is no Gateway.'),
    issuer: text
      .optional()
      .describe('ClusterIssuer of cert-manager that the certificates of Ingresses come from; without TLS where it is left out.'),
    from: text.optional().describe('Namespace of the pods that requests from outside come by, which may connect to apps with a host.'),
  },
  {
    means: {
      'gateway.name': named('gateway.networking.k8s.io/v1', 'Gateway', 'gateways', 'the Gateway API'),
      ingressClass: named('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', 'Kubernetes'),
      issuer: named('cert-manager.io/v1', 'ClusterIssuer', 'clusterissuers', 'cert-manager'),
    },
  },
);
