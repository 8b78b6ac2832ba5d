import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { placeholderCertificate as certificate } from '../../examples/examples.ts';
import { certificates } from './certificates.ts';
import { problemsOf } from './problem.ts';

const keys = ['genpkey -algorithm ed25519', 'ecparam -genkey -noout -name prime256v1', 'genrsa -traditional 2048'].map((command) =>
  execFileSync('openssl', command.split(' '), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
);
const cut = certificate.replace(/\n[^\n]+\n-----END/, '\n-----END');

test.each([
  ['one certificate', certificate],
  ['two, with the line ends of another system', `\n${certificate}\n${certificate}`.replaceAll('\n', '\r\n')],
])('%s is taken as it is', (_, text) => {
  expect(certificates.parse(text)).toBe(text);
});

test.each([
  ['nothing', '', '""'],
  ['a path', '/etc/ssl/ca.crt', '"/etc/ssl/ca.crt"'],
  [
    'the certificate without its label',
    certificate.split('\n')[1] ?? '',
    '"MIIB4jCCAYegAwIBAgIUImWGIOyZBei9ynozZ+vTP3i8IzwwCgYIKoZIzj0… (64 characters)',
  ],
  ['half a certificate', cut, `"-----BEGIN CERTIFICATE-----… (${cut.length} characters)`],
  [
    'words beside it',
    `our authority\n${certificate}`,
    `"our authority\\n-----BEGIN CERTIFICATE-----… (${`our authority\n${certificate}`.length} characters)`,
  ],
])('%s is refused', (_, text, got) => {
  const { error } = certificates.safeParse(text);
  expect(error && problemsOf(error, text, 'caCertificate')).toBe(`caCertificate: got ${got}, want certificates in PEM and nothing else`);
});

test.each(keys)('a private key is refused, before, after or in place of a certificate, and nothing of it is told', (key) => {
  for (const text of [key, `${key}${certificate}`, `${certificate}${key}`, `key:\n${key}`]) {
    const { error } = certificates.safeParse(text);
    const problem = (error && problemsOf(error, text, 'caCertificate')) ?? '';
    expect(problem).toMatch(/want certificates in PEM and nothing else$/);
    for (const line of key.split('\n').filter((line) => !line.startsWith('-----') && line !== '')) {
      expect(problem).not.toContain(line.slice(0, 8));
    }
  }
});
