import { X509Certificate } from 'node:crypto';
import * as z from 'zod';

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

/** Certificates of authorities, in PEM. Everybody may read them, so that a private key among them is refused. */
export const certificates = z
  .string()
  .max(65_536)
  .refine(
    (text) => {
      const found = text.match(block) ?? [];
      return found.length > 0 && text.replaceAll(block, '').trim() === '' && found.every(isCertificate);
    },
    { error: 'want certificates in PEM and nothing else' },
  );

/** The common name of a certificate's subject. */
export function commonNameOf(pem: string): string {
  return /^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1] ?? '';
}
