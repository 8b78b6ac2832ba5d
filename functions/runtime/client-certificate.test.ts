import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientProblem } from './client-certificate.ts';

const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });

/** Certificates as Crossplane makes them: one subject for authority and leaf, and no authority key identifier. */
function crossplaneLike(name: string, usage = 'clientAuth'): { readonly authority: X509Certificate; readonly leaf: Buffer } {
  writeFileSync(
    join(folder, 'ca.cnf'),
    '[req]\ndistinguished_name=dn\n[dn]\n[ca]\nbasicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n',
  );
  writeFileSync(
    join(folder, 'leaf.cnf'),
    `basicConstraints=critical,CA:FALSE\nextendedKeyUsage=${usage}\nauthorityKeyIdentifier=none\nsubjectKeyIdentifier=none\n`,
  );
  const subject = ['-subj', '/O=Crossplane/CN=Crossplane'];
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    ...subject,
    '-config',
    'ca.cnf',
    '-extensions',
    'ca',
    '-keyout',
    `${name}-ca.key`,
    '-out',
    `${name}-ca.crt`,
  );
  openssl('req', '-newkey', 'rsa:2048', '-nodes', ...subject, '-config', 'ca.cnf', '-keyout', `${name}.key`, '-out', `${name}.csr`);
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-CA',
    `${name}-ca.crt`,
    '-CAkey',
    `${name}-ca.key`,
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'leaf.cnf',
    '-out',
    `${name}.crt`,
  );
  const read = (file: string) => new X509Certificate(readFileSync(join(folder, file)));
  return { authority: read(`${name}-ca.crt`), leaf: read(`${name}.crt`).raw };
}

const ours = crossplaneLike('ours');
const theirs = crossplaneLike('theirs');
const server = crossplaneLike('server', 'serverAuth');
const day = 24 * 60 * 60 * 1000;

test("OpenSSL still takes Crossplane's certificates for self-signed ones, which is why we check them ourselves", () => {
  expect(() => openssl('verify', '-CAfile', 'ours-ca.crt', 'ours.crt')).toThrow();
});

test.each([
  ['our own client', ours.authority, ours.leaf, 0, undefined],
  ['no certificate', ours.authority, undefined, 0, 'it presents no certificate'],
  ['the client of another authority of the same name', ours.authority, theirs.leaf, 0, 'its certificate is of another authority'],
  ['an authority that ours did not issue', ours.authority, theirs.authority.raw, 0, 'its certificate is of another authority'],
  ['a server', server.authority, server.leaf, 0, 'its certificate is not one of a client'],
  ['an expired certificate', ours.authority, ours.leaf, 3 * day, 'its certificate is not valid now'],
  ['a certificate from the future', ours.authority, ours.leaf, -3 * day, 'its certificate is not valid now'],
])('%s', (_, authority, leaf, later, problem) => {
  expect(clientProblem(leaf, authority, Date.now() + later)).toBe(problem);
});
