import * as z from 'zod';
import { aws } from '../../aws/facts.ts';
import { image } from '../../containers/facts.ts';
import { certificates } from '../../core/certificates.ts';
import { facts, section } from '../../core/facts.ts';

const text = z.string().min(1).max(256);

/** It becomes part of a URI. */
const host = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'want a host name or an address, such as postgres.shared.svc');

export const postgresImage = image('postgres', 'Postgres image', 'docker.io/library/postgres');

/** The version is one of those that its repository keeps for ever. */
export const awsCli = { image: image('awsCli', 'image of the AWS command line', 'docker.io/amazon/aws-cli'), version: '2.23.6' } as const;

const shared = section('shared', 'Servers that claims share.');

/** The server that databases of backend `shared` are on. */
export const sharedPostgres = facts(
  shared,
  {
    postgres: z
      .strictObject({
        providerConfig: text.describe('Name of the ClusterProviderConfig of provider-sql.'),
        host: host.describe('Host name that apps connect to.'),
        port: z.int().min(1).max(65535).default(5432).describe('Port that apps connect to.'),
        sslMode: z
          .enum(['disable', 'verify-full'])
          .default('verify-full')
          .describe("Whether apps check the server's certificate and its host name, or do without TLS."),
        caCertificate: certificates
          .optional()
          .describe("Certificates of the authorities that issued the server's, in PEM. Needed unless sslMode is disable."),
      })
      .refine(({ sslMode, caCertificate }) => sslMode === 'disable' || caCertificate !== undefined, {
        path: ['caCertificate'],
        error: "want the certificate, in PEM, of the authority that issued the server's, since sslMode is not disable",
      })
      .describe('The Postgres cluster that claims share.'),
  },
  {
    means: {
      'postgres.providerConfig': {
        is: 'name',
        of: {
          apiVersion: 'postgresql.sql.m.crossplane.io/v1alpha1',
          kind: 'ClusterProviderConfig',
          plural: 'clusterproviderconfigs',
          package: 'provider-sql',
        },
      },
    },
  },
);

/** What it takes to make logins on the claims' own servers in AWS. */
export const ownLogins = facts(
  aws,
  {
    providerSqlTls: z
      .enum(['verify-full', 'require'])
      .optional()
      .describe(
        "Says that the pods of provider-sql reach databases in these subnets, and whether they check the server's certificate or only encrypt. With it, the app of a new database on rds has a login of its own; without it, that of the server's administrator. And a new major version is checked for before RDS is asked for it.",
      ),
  },
  {
    means: {
      providerSqlTls: {
        is: 'advised',
        without: 'apps log in to new databases as the administrator of the server',
      },
    },
  },
);
