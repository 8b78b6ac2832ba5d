import * as z from 'zod';
import { facts, section } from '../../core/facts.ts';

const text = z.string().min(1).max(253);

/** How an environment lets requests in: by a Gateway, or else by the Ingresses of a class. */
export const routing = facts(section('routing', 'How requests from outside of the cluster reach apps.'), {
  gateway: z
    .strictObject({ name: text.describe('Name of the Gateway.'), namespace: text.describe('Namespace of the Gateway.') })
    .optional()
    .describe('Gateway that hosts are served by; what it listens on, and with which certificates, it says itself.'),
  ingressClass: text.optional().describe('Class of Ingresses that hosts are served by where there is no Gateway.'),
  issuer: text
    .optional()
    .describe('ClusterIssuer of cert-manager that the certificates of Ingresses come from; without TLS where it is left out.'),
  from: text.optional().describe('Namespace of the pods that requests from outside come by, which may connect to apps with a host.'),
});
