import type * as z from 'zod';
import type { Api } from '../functions/core/api.ts';
import type { EnvironmentSchema } from '../functions/core/environment.ts';
import { apiVersion, kindLabel } from '../functions/core/group.ts';
import type { KubernetesObject } from '../functions/core/kubernetes.ts';
import type { Platform } from '../functions/core/pipeline.ts';

/** The `data` of an EnvironmentConfig as a person writes it. */
export type EnvironmentData = z.input<EnvironmentSchema['data']> & { readonly [section: string]: unknown };

/** A certificate whose key nobody has, so that no server is trusted before another is in its place. */
export const placeholderCertificate = `-----BEGIN CERTIFICATE-----
MIIB4jCCAYegAwIBAgIUImWGIOyZBei9ynozZ+vTP3i8IzwwCgYIKoZIzj0EAwIw
PTE7MDkGA1UEAwwyUmVwbGFjZSB3aXRoIHRoZSBhdXRob3JpdHkgb2YgeW91ciBz
aGFyZWQgUG9zdGdyZXMwIBcNMjYxMTI4MTYwMjQ0WhgPMjEyNjExMDQxNjAyNDRa
MD0xOzA5BgNVBAMMMlJlcGxhY2Ugd2l0aCB0aGUgYXV0aG9yaXR5IG9mIHlvdXIg
c2hhcmVkIFBvc3RncmVzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEu5sDbnYr
7+FhjNEbcL6wwQ6OGdmaGDD+mDmeHNfy7757z3LyXgmwhhA6AtNxwDRqD8Vknc+n
s/LMO1rBgkFPjqNjMGEwHQYDVR0OBBYEFJ6/tCY5RsDXsKcKNzjRev0SxDvSMB8G
A1UdIwQYMBaAFJ6/tCY5RsDXsKcKNzjRev0SxDvSMA8GA1UdEwEB/wQFMAMBAf8w
DgYDVR0PAQH/BAQDAgIEMAoGCCqGSM49BAMCA0kAMEYCIQC/Izz+OqAzqbGMmdSI
SsvFBF5iRfqmHH3FX7eMTMaymAIhALEN1cFKktpTvGjpdEkh66X9NbKXGhz85/69
w89c64BG
-----END CERTIFICATE-----
`;

/** One environment for each tier, to start from; ids and hosts are placeholders. */
export const environments: Readonly<Record<string, EnvironmentData>> = {
  dev: { tier: 'dev' },
  staging: {
    tier: 'staging',
    controlPlane: 'shop-eu-1',
    shared: {
      postgres: {
        providerConfig: 'shared-postgres',
        host: 'postgres.shared.svc',
        port: 5432,
        sslMode: 'verify-full',
        caCertificate: placeholderCertificate,
      },
    },
  },
  prod: {
    tier: 'prod',
    controlPlane: 'shop-eu-1',
    aws: {
      region: 'eu-west-1',
      providerConfig: 'aws',
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1', 'subnet-0123456789abcdef2'],
      clientSecurityGroupIds: ['sg-0123456789abcdef0'],
      providerSqlTls: 'verify-full',
      accountId: '111122223333',
      clusterName: 'prod',
    },
    tags: { 'cost-center': 'platform' },
  },
};

/** An environment as the cluster has it. */
export function environmentConfig(name: string, data: unknown): KubernetesObject {
  return {
    apiVersion: 'apiextensions.crossplane.io/v1beta1',
    kind: 'EnvironmentConfig',
    metadata: { name, labels: { [kindLabel]: 'environment' } },
    data,
  };
}

/** The one claim of an API that serves every environment. */
export function exampleClaim(api: Api): KubernetesObject {
  return {
    apiVersion,
    kind: api.kind,
    metadata: { name: api.example.name, ...(api.scope === 'Namespaced' && { namespace: 'shop' }) },
    spec: api.example.spec,
  };
}

/** The file of an API's example. */
export function exampleFile({ kind }: Pick<Api, 'kind'>): string {
  return `${kind.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.yaml`;
}

/** Everything below `examples/`, by file name: a claim of each API, and the environments. */
export function exampleFiles(
  { apis }: Pick<Platform, 'apis'>,
  environments: Readonly<Record<string, EnvironmentData>>,
): Readonly<Record<string, KubernetesObject>> {
  return {
    ...Object.fromEntries(apis.map((api) => [exampleFile(api), exampleClaim(api)])),
    ...Object.fromEntries(Object.entries(environments).map(([name, data]) => [`environments/${name}.yaml`, environmentConfig(name, data)])),
  };
}
