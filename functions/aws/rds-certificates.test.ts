import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { rdsAuthorities } from './rds-certificates.ts';

/** Those that the package has; an update of its version brings more. */
const regions = `
  af-south-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3
  ap-southeast-4 ca-central-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 me-central-1
  me-south-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2
`
  .trim()
  .split(/\s+/);

test.each(regions)('RDS in %s has three authorities, which vouch for themselves until 2061 and later', (region) => {
  const found = (rdsAuthorities(region, undefined) ?? '').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/g) ?? [];
  const certificates = found.map((pem) => new X509Certificate(pem));
  expect(certificates.map((each) => /^CN=(.*)$/m.exec(each.subject)?.[1]).sort()).toEqual(
    ['ECC384', 'RSA2048', 'RSA4096'].map((key) => `Amazon RDS ${region} Root CA ${key} G1`),
  );
  expect(certificates.map((each) => each.ca && each.verify(each.publicKey) && new Date(each.validTo).getUTCFullYear() >= 2061)).toEqual([
    true,
    true,
    true,
  ]);
});

test('they are of the time that the documentation says', () => {
  const made = regions.flatMap((region) =>
    ((rdsAuthorities(region, undefined) ?? '').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map((pem) =>
      new Date(new X509Certificate(pem).validFrom).toISOString().slice(0, 7),
    ),
  );
  expect([regions.length, made.sort()[0], made.sort().at(-1)]).toEqual([27, '2021-05', '2022-06']);
});

test.each(['', 'eu-west', 'xx-east-1', 'Beta us-east-1', 'undefined'])('of region %j nothing is known', (region) => {
  expect(rdsAuthorities(region, undefined)).toBeUndefined();
});
