import { isIP } from 'node:net';
import { Client } from 'undici';
import { PagerError } from './interface.ts';

/** Where a channel leads. The certificate is checked for the URL's host; the connection goes to the addresses. */
export interface Endpoint {
  url: URL;
  /** IP addresses, tried in turn; never empty. */
  addresses: readonly string[];
  /** Certificates (PEM) that are trusted instead of the usual ones. */
  ca: string | null;
}

export interface Answer {
  status: number;
  /** Its beginning. */
  body: string;
}

/** One attempt, from connecting to the end of the answer. */
const ATTEMPT_MS = 5000;
/** A dead address must leave the next one time to answer while somebody still waits. */
const CONNECT_MS = 2000;
const LONGEST_ANSWER = 4096;

/**
 * Posts JSON. Nothing is resolved, no redirect is followed (it could lead to a name, and would lose the page), and no
 * more is read of an answer than anybody needs.
 * @throws PagerError when no address gave an answer, naming each with its reason.
 */
export async function post(
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Promise<Answer> {
  const reasons: string[] = [];
  for (const address of endpoint.addresses) {
    try {
      return await attempt(endpoint, address, headers, JSON.stringify(body));
    } catch (error) {
      reasons.push(`${address}: ${reasonOf(error)}`);
    }
  }
  throw new PagerError(`no answer (${reasons.join('; ')})`);
}

/** The error's own words could quote what was sent; its code, and what TLS found, cannot. */
function reasonOf(error: unknown): string {
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError') return `nothing within ${ATTEMPT_MS / 1000} s`;
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? `${code}: ${message}` : (code ?? message);
}

async function attempt(
  { url, ca }: Endpoint,
  address: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Answer> {
  // A connection of its own: pages are rare, and an old connection may lead to where nobody is any more.
  const client = new Client(url.origin, {
    allowH2: false,
    connect: {
      timeout: CONNECT_MS,
      // Whatever the environment says about unauthorized servers.
      rejectUnauthorized: true,
      ...(ca === null ? {} : { ca }),
      lookup: (_name, options, found) => {
        const family = isIP(address);
        if (options.all) found(null, [{ address, family }]);
        else found(null, address, family);
      },
    },
  });
  try {
    const response = await client.request({
      method: 'POST',
      path: url.pathname + url.search,
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(ATTEMPT_MS),
    });
    return { status: response.statusCode, body: await beginningOf(response.body) };
  } finally {
    await client.destroy();
  }
}

/** The status has decided already: an answer that breaks off, or never ends, is as good as its beginning. */
async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= LONGEST_ANSWER) break;
    }
  } catch {
    // What has come is enough.
  }
  return Buffer.concat(chunks).subarray(0, LONGEST_ANSWER).toString();
}

const TOLD = 200;

/**
 * What is said of an answer that accepts nothing: its status, and its beginning without the secrets that the other
 * side may have sent back. A 400 is about the page itself, which would be refused again.
 */
export function unaccepted({ status, body }: Answer, secrets: readonly string[] = []): PagerError {
  const clean = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), body);
  const line = clean
    .replaceAll(/[^\P{C}]+/gu, ' ')
    .trim()
    .slice(0, TOLD);
  return new PagerError(`it answered ${status}${line && `: ${line}`}`, { status, refused: status === 400 });
}
