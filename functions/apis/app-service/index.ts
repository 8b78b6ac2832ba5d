import { awsRole } from '../../aws/role.ts';
import { defineApi } from '../../core/api.ts';
import { apiVersion } from '../../core/group.ts';
import { type ClaimReference, claimsOffering, type Requiring } from '../../core/requirement.ts';
import { persistentVolumeClaim } from '../../kinds/kubernetes/persistent-volume-claim.ts';
import { container, releasable } from './backends/container.ts';
import type { Volume } from './schema.ts';
import * as schema from './schema.ts';
import { claimedAs } from './volumes.ts';

const kind = 'AppService';
const plural = 'appservices';

/** What of a spec says what has to be seen for it. */
interface Wanted {
  readonly bindings: readonly ClaimReference[];
  readonly host: string | undefined;
  readonly volumes: readonly Volume[];
}

export const appService = defineApi({
  kind,
  plural,
  doc:
    'An app: its pods, spread and scaled as the environment wants or run by a schedule, with the bindings of other claims, reached within the cluster and by its host. ' +
    'Its ServiceAccount is named <claim>-service: an AppIdentity for it gives the pods a role, which the first ones wait for and older ones are replaced once to get. Deleting the claim deletes the app, and none of what it is bound to; its persistent volumes are as `deletion` says.',
  example: {
    name: 'orders',
    spec: {
      image: 'docker.io/library/python:3.13-alpine',
      command: ['python3'],
      args: ['-m', 'http.server', '8080'],
      port: 8080,
      health: { path: '/' },
      bindings: [
        { kind: 'AppDatabase', name: 'orders' },
        { kind: 'AppCache', name: 'orders' },
      ],
      env: { DATABASE_URL: '${bindings.orders-database.uri}', LOG_LEVEL: 'info' },
    },
  },
  columns: [
    { name: 'IMAGE', type: 'string', path: '.spec.image' },
    { name: 'URL', type: 'string', path: '.status.url' },
  ],
  schema,
  backends: { container },
  releasable,
  claimPolicies: [
    { policy: 'kept-running', field: 'running', equals: true },
    { policy: 'multi-az', field: 'replicas', atLeast: 2 },
  ],
  requires: {
    identities: claimsOffering(awsRole),
    bindings: { bindings: ({ spec }: Requiring<Wanted>) => spec.bindings },
    volumes: {
      apiVersion: persistentVolumeClaim.apiVersion,
      kind: persistentVolumeClaim.kind,
      plural: persistentVolumeClaim.plural,
      select: ({ name, spec }: Requiring<Wanted>) =>
        spec.volumes.filter(({ persistent }) => persistent !== undefined).map((volume) => ({ name: claimedAs({ name }, volume) })),
    },
    apps: {
      apiVersion,
      kind,
      plural,
      select: ({ spec }: Requiring<Wanted>) => (spec.host === undefined ? undefined : { labels: {} }),
    },
  },
});
