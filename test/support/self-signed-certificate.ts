import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';

/** Paths of PEM files. A client that trusts `certificate` as its authority trusts the server. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Why there is no certificate here, or undefined where one can be made. */
export function whyNoCertificate(): string | undefined {
  return findProgram('openssl') === undefined ? 'no openssl program on PATH to make a certificate with' : undefined;
}

/** Makes a certificate for 127.0.0.1 and localhost, good for two days, in `folder`. Node cannot make one itself, so this takes the openssl program. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const paths = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const files = ['-keyout', paths.key, '-out', paths.certificate];
  await promisify(execFile)('openssl', ['req', '-x509', '-nodes', '-days', '2', ...curve, ...subject, ...files]);
  return paths;
}
