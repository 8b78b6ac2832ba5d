import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Logger } from './log.ts';

/** What a TLS server is made of, as node:tls names it. */
export interface SecureContextOptions {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads the files of the Secret that Crossplane mounts. */
function load(directory: string): SecureContextOptions {
  const read = (file: string): Buffer => {
    const path = join(directory, file);
    try {
      return readFileSync(path);
    } catch (error) {
      throw new Error(`cannot read TLS certificates: ${path}: ${(error as NodeJS.ErrnoException).code}`);
    }
  };
  const loaded = { ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key') };
  try {
    createSecureContext(loaded);
    new X509Certificate(loaded.ca);
  } catch (error) {
    throw new Error(`cannot use TLS certificates: ${directory}: ${(error as Error).message}`);
  }
  return loaded;
}

/**
 * Certificates that follow their files. The last set that fits together is kept, so a rotation that is read half-way, or that
 * is broken, drops no connection.
 */
export class Certificates {
  readonly #directory: string;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #loaded: SecureContextOptions;
  #authority: X509Certificate;
  #problem = '';
  #changed: (options: SecureContextOptions) => void = () => {};

  constructor(directory: string, refreshSeconds: number, log: Logger) {
    this.#directory = directory;
    this.#log = log;
    this.#loaded = load(directory);
    this.#authority = this.#announce();
    this.#timer = setInterval(() => this.#refresh(), refreshSeconds * 1000).unref();
  }

  get options(): SecureContextOptions {
    return this.#loaded;
  }

  /** The authority that issues our clients' certificates. */
  get authority(): X509Certificate {
    return this.#authority;
  }

  onChange(changed: (options: SecureContextOptions) => void): void {
    this.#changed = changed;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #refresh(): void {
    let loaded: SecureContextOptions;
    try {
      loaded = load(this.#directory);
    } catch (error) {
      const problem = (error as Error).message;
      if (problem !== this.#problem) this.#log.warn(`${problem}; going on with the certificates read before`);
      this.#problem = problem;
      return;
    }
    this.#problem = '';
    const { ca, cert, key } = this.#loaded;
    if (loaded.ca.equals(ca) && loaded.cert.equals(cert) && loaded.key.equals(key)) return;
    this.#loaded = loaded;
    this.#authority = this.#announce();
    this.#changed(loaded);
  }

  #announce(): X509Certificate {
    const authority = new X509Certificate(this.#loaded.ca);
    const { validTo } = new X509Certificate(this.#loaded.cert);
    this.#log.info({ ca: authority.fingerprint256, validTo }, 'loaded TLS certificates');
    return authority;
  }
}
