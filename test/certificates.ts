import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '365'];

export const authoritySubject = '/CN=test-ca';

export interface Authority {
  readonly certificate: string;
  readonly key: string;
}

export function createAuthority(directory: string, subject = authoritySubject): Authority {
  mkdirSync(directory, { recursive: true });
  const authority = { certificate: join(directory, 'ca.crt'), key: join(directory, 'ca.key') };
  openssl('req', '-x509', ...newKey, '-subj', subject, '-keyout', authority.key, '-out', authority.certificate);
  return authority;
}

/** Writes tls.crt, tls.key and ca.crt, as in the Secrets that Crossplane makes for both sides. */
export function issueCertificate(
  authority: Authority,
  directory: string,
  subject = '/CN=localhost',
  hosts = 'DNS:localhost,IP:127.0.0.1',
): string {
  mkdirSync(directory, { recursive: true });
  const signer = ['-CA', authority.certificate, '-CAkey', authority.key];
  const names = ['-subj', subject, '-addext', `subjectAltName=${hosts}`];
  const unnamed = ['-addext', 'authorityKeyIdentifier=none', '-addext', 'subjectKeyIdentifier=none'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...signer,
    ...names,
    ...unnamed,
    '-keyout',
    join(directory, 'tls.key'),
    '-out',
    join(directory, 'tls.crt'),
  );
  copyFileSync(authority.certificate, join(directory, 'ca.crt'));
  return directory;
}

/** A client with the certificate of one directory, and without any where there is none. */
export function clientCredentials(ca: string, directory?: string): ChannelCredentials {
  if (directory === undefined) return credentials.createSsl(readFileSync(ca));
  return credentials.createSsl(readFileSync(ca), readFileSync(join(directory, 'tls.key')), readFileSync(join(directory, 'tls.crt')));
}
