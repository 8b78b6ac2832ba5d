import { X509Certificate } from 'node:crypto';

const clientAuthentication = '1.3.6.1.5.5.7.3.2';

/**
 * Why a client with this certificate (DER) is not let in; undefined where it is. OpenSSL's own check, and so Node's, takes
 * Crossplane's certificates for self-signed ones, since authority and leaf have one subject and the leaf does not name its
 * issuer's key. That the client holds the certificate's private key is what the TLS handshake has proved.
 */
export function clientProblem(raw: Buffer | undefined, authority: X509Certificate, now = Date.now()): string | undefined {
  if (raw === undefined) return 'it presents no certificate';
  const certificate = new X509Certificate(raw);
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) return 'its certificate is of another authority';
  if (certificate.keyUsage?.includes(clientAuthentication) === false) return 'its certificate is not one of a client';
  if (now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime()) return 'its certificate is not valid now';
  return undefined;
}
