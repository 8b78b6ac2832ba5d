import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from 'golden-path-platform/package';
import manifest from './package.json' with { type: 'json' };
import { platform } from './platform.ts';

/** What the commands work on. */
export const project: Project = {
  platform,
  version: manifest.version,
  root: import.meta.dirname,
  main: join(import.meta.dirname, 'main.ts'),
  environments: {
    dev: { tier: 'dev' },
    staging: {
      tier: 'staging',
      shared: {
        postgres: {
          providerConfig: 'shared-postgres',
          host: 'postgres.shared.svc',
          // In place of which goes that of the authority that issued the server's.
          caCertificate: readFileSync(join(import.meta.dirname, 'authorities/shared-postgres.pem'), 'utf8'),
        },
      },
    },
    prod: {
      tier: 'prod',
      controlPlane: 'acme-eu-1',
      aws: {
        region: 'eu-central-1',
        providerConfig: 'aws',
        vpcId: 'vpc-0123456789abcdef0',
        subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        clientSecurityGroupIds: ['sg-0123456789abcdef0'],
        accountId: '111122223333',
        clusterName: 'prod',
      },
      defaults: { AppTopic: { image: 'registry.example.com/mirror/nats' } },
      policies: { 'allowed-registries': { allow: ['registry.example.com/mirror'] } },
    },
  },
};
