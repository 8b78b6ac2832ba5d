import * as z from 'zod';
import type { Backend, Composed, Context, Expansion } from '../../../core/api.ts';
import { bind, bindingKey, issuedValues } from '../../../core/binding.ts';
import { at, stringAt } from '../../../core/kubernetes.ts';
import { composedName, protection, protectionKind } from '../../../core/protection.ts';
import type { Refusal } from '../../../core/step.ts';
import { type Binding, binding, completeBinding, type DatabaseSettings, port, type Size, suffix, username, versions } from '../schema.ts';

const needs = z.object({ images: z.object({ postgres: z.string().optional() }).optional() });
type Needs = z.output<typeof needs>;

const dataPath = '/var/lib/postgresql/data';
const secretPath = '/etc/binding';

/** uid and gid of `postgres` in the official image. */
const postgresUser = 999;

const sizes: Readonly<Record<Size, { readonly cpu: string; readonly cpuLimit: string; readonly memory: string }>> = {
  small: { cpu: '100m', cpuLimit: '1', memory: '256Mi' },
  medium: { cpu: '250m', cpuLimit: '2', memory: '1Gi' },
  large: { cpu: '1', cpuLimit: '4', memory: '4Gi' },
  xlarge: { cpu: '2', cpuLimit: '8', memory: '8Gi' },
};

const shell = (script: string) => ({ exec: { command: ['/bin/sh', '-c', script] } });
const psql = `PGPASSWORD="$(cat ${secretPath}/password)" psql -h 127.0.0.1 -U ${username} -v ON_ERROR_STOP=1 -qtA`;

function statefulSet(name: string, labels: Readonly<Record<string, string>>, settings: DatabaseSettings, image: string) {
  const size = sizes[settings.size];
  const persistent = settings.persistence === 'Persistent';
  const query = (sql: string) => `${psql} -d ${settings.databaseName} -c ${sql}`;
  const createExtensions = [...settings.extensions].sort().map((extension) => query(`'CREATE EXTENSION IF NOT EXISTS "${extension}"'`));
  const storage = `${settings.storageGiB}Gi`;
  const mounts = [
    { name: 'data', mountPath: dataPath },
    { name: 'run', mountPath: '/var/run/postgresql' },
    { name: 'tmp', mountPath: '/tmp' },
    { name: 'binding', mountPath: secretPath, readOnly: true },
  ];
  const probe = { ...shell(query(`'SELECT 1'`)), timeoutSeconds: 5 };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, labels },
    spec: {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: labels },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: settings.deletion === 'Delete' ? 'Delete' : 'Retain', whenScaled: 'Retain' },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 60,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: postgresUser,
            runAsGroup: postgresUser,
            fsGroup: postgresUser,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'postgres',
              image: `${image}:${settings.version}`,
              env: [
                { name: 'PGDATA', value: `${dataPath}/pgdata` },
                { name: 'POSTGRES_DB', value: settings.databaseName },
                { name: 'POSTGRES_PASSWORD_FILE', value: `${secretPath}/password` },
                { name: 'POSTGRES_USER', value: username },
              ],
              ports: [{ name: 'postgres', containerPort: port, protocol: 'TCP' }],
              resources: {
                requests: { cpu: size.cpu, memory: size.memory },
                limits: { cpu: size.cpuLimit, memory: size.memory },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 120 },
              readinessProbe: { ...probe, periodSeconds: 5, failureThreshold: 3 },
              livenessProbe: { ...probe, periodSeconds: 20, failureThreshold: 6 },
              ...(createExtensions.length === 0
                ? {}
                : {
                    lifecycle: { postStart: shell([`until ${query(`'SELECT 1'`)}; do sleep 1; done`, ...createExtensions].join(' && ')) },
                  }),
              volumeMounts: mounts,
            },
          ],
          volumes: [
            ...(persistent ? [] : [{ name: 'data', emptyDir: { sizeLimit: storage } }]),
            { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
            { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
            { name: 'binding', secret: { secretName: name, items: [{ key: 'password', path: 'password' }] } },
          ],
        },
      },
      ...(persistent
        ? {
            volumeClaimTemplates: [
              {
                apiVersion: 'v1',
                kind: 'PersistentVolumeClaim',
                metadata: { name: 'data' },
                spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
              },
            ],
          }
        : {}),
    },
  };
}

/** A volume that has data is not resized, and its data is not upgraded, by replacing the pod. */
function running(context: Context<DatabaseSettings, Needs>): { readonly settings: DatabaseSettings; readonly refusal?: Refusal } {
  const { observed, settings, sources } = context;
  const template = at(observed['server']?.object, 'spec', 'volumeClaimTemplates', '0');
  const image = stringAt(observed['server']?.object, 'spec', 'template', 'spec', 'containers', '0', 'image');
  if (template === undefined || image === undefined) return { settings };
  const storage = Number.parseInt(stringAt(template, 'spec', 'resources', 'requests', 'storage') ?? '', 10);
  const version = versions.find((known) => image.endsWith(`:${known}`)) ?? settings.version;
  const kept: DatabaseSettings = { ...settings, version, persistence: 'Persistent', storageGiB: storage || settings.storageGiB };
  if (version === settings.version || sources['version'] !== 'claim') return { settings: kept };
  const message = `cannot upgrade a container with a volume: spec.version: got "${settings.version}", want "${version}", which its data was made with; make a new claim and move the data`;
  return { settings: kept, refusal: { reason: 'UpgradeNotSupported', message } };
}

function expand(context: Context<DatabaseSettings, Needs>): Expansion {
  const { claim, facts, observed, issueSecret } = context;
  const issued = issuedValues(binding, observed[bindingKey]);
  const { settings: kept, refusal } = running(context);
  const settings = { ...kept, databaseName: issued?.['database'] ?? kept.databaseName };
  const name = composedName(claim, suffix);
  const labels = {
    'app.kubernetes.io/name': 'postgres',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': 'golden-path',
  };
  const host = `${name}.${claim.namespace}.svc`;
  const password = issued?.['password'] ?? (claim.issuedBinding === undefined ? issueSecret() : undefined);
  const fresh: Binding | undefined =
    password === undefined
      ? undefined
      : completeBinding({
          provider: 'container',
          host,
          port: String(port),
          username,
          password,
          database: settings.databaseName,
          sslmode: 'disable',
        });
  const bound = bind(claim, name, binding, fresh, observed[bindingKey], 'a password');
  const refused = refusal ?? bound.refusal;
  const resources: Record<string, Composed> = {
    ...bound.resources,
    service: {
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, labels },
        spec: { clusterIP: 'None', selector: labels, ports: [{ name: 'postgres', port, protocol: 'TCP', targetPort: 'postgres' }] },
      },
      readiness: 'Exists',
    },
    'network-policy': {
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name, labels },
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ['Ingress'],
          ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 'postgres', protocol: 'TCP' }] }],
        },
      },
      readiness: 'Exists',
    },
    server: {
      object: statefulSet(name, labels, settings, facts.images?.postgres ?? 'docker.io/library/postgres'),
      readiness: 'Replicas',
    },
    ...(settings.deletion === 'Protect' ? protection(claim, name) : {}),
  };
  return { resources, pending: bound.pending, status: { host, port }, inForce: settings, ...(refused && { refusal: refused }) };
}

/** A Postgres in a pod of the claim's own namespace. */
export const container: Backend<DatabaseSettings, Needs> = {
  needs,
  composes: [
    { apiVersion: 'v1', kind: 'Secret', plural: 'secrets' },
    { apiVersion: 'v1', kind: 'Service', plural: 'services' },
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', plural: 'networkpolicies' },
    { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets' },
    protectionKind,
  ],
  expand,
};
