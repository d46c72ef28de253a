import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server's key and certificate, and the authority that signed it; all PEM. */
export interface Certificate {
  key: string;
  cert: string;
  ca: string;
}

/** Makes an authority, and a certificate by it. @param san such as `DNS:pager.example` or `IP:127.0.0.1`. */
export function certificateFor(san: string): Certificate {
  const dir = mkdtempSync(join(tmpdir(), 'breakwater-pager-'));
  const file = (name: string): string => join(dir, name);
  const openssl = (...words: string[]): void =>
    void execFileSync('openssl', words, { cwd: dir, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=test authority',
    );
    openssl('req', ...key, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', '/CN=a pager');
    writeFileSync(file('extensions'), `subjectAltName=${san}\n`);
    const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions'];
    openssl('x509', '-req', '-in', 'request.pem', ...signer, '-days', '2', '-out', 'cert.pem');
    const read = (name: string): string => readFileSync(file(name), 'utf8');
    return { key: read('key.pem'), cert: read('cert.pem'), ca: read('ca.pem') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
