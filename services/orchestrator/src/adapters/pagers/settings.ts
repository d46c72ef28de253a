import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { BreakwaterError, type Fault } from '@breakwater/shared';
import { z } from 'zod';
import type { Endpoint } from './post.ts';

const PAGERDUTY = 'https://events.pagerduty.com/v2/enqueue';

const common = {
  /** Names the channel in logs, metrics, the event log, and for `POST /v1/pages/test`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'write lower-case letters, digits and hyphens'),
  /** Where a URL with a host name is connected to, in this order: nothing here resolves a name. */
  addresses: z
    .array(z.string().refine((text) => isIP(text) !== 0, 'must be an IP address'))
    .min(1)
    .optional(),
  /** Certificates (PEM) that are trusted instead of the usual ones. */
  caFile: z.string().optional(),
};
const Url = z.url({ protocol: /^https?$/ });
const tokenFile = z.string().optional();

const PagerConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook'),
    ...common,
    url: Url,
    /** A token that is sent as `authorization: Bearer`. */
    tokenFile,
    /** Whether it is told of decisions too; what only counts POSTs must not be woken by them. */
    sendResolved: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('pagerduty'),
    ...common,
    url: Url.default(PAGERDUTY),
    /** Holds the integration key of an Events API v2 integration. */
    routingKeyFile: z.string(),
  }),
  z.strictObject({
    kind: z.literal('alertmanager'),
    ...common,
    /** The base of each instance of a cluster: each is told, since they do not tell each other. */
    urls: z.array(Url).min(1),
    tokenFile,
  }),
  /** The URL of an incoming webhook lets whoever knows it post, so it is in a file. */
  z.strictObject({ kind: z.literal('slack'), ...common, urlFile: z.string() }),
]);
type PagerConfig = z.output<typeof PagerConfig>;

/** Channels for pages, in the order in which they are tried. */
export const PagersConfig = z
  .array(PagerConfig)
  .min(1)
  .refine(
    (pagers) => new Set(pagers.map(({ name }) => name)).size === pagers.length,
    'two have the same name',
  );

/** A channel with its secrets read and its addresses checked. */
export type PagerSettings =
  | { kind: 'webhook'; name: string; endpoint: Endpoint; token: string | null; sendResolved: boolean }
  | { kind: 'pagerduty'; name: string; endpoint: Endpoint; routingKey: string }
  | { kind: 'alertmanager'; name: string; endpoints: readonly Endpoint[]; token: string | null }
  | { kind: 'slack'; name: string; endpoint: Endpoint };

/**
 * Reads the secrets and checks where each channel leads.
 * @throws BreakwaterError with every fault at once; none of them tells a secret.
 */
export function readPagers(pagers: readonly PagerConfig[]): PagerSettings[] {
  const faults: Fault[] = [];
  const read = pagers.map((config, index) => {
    const at = (field: string, message: string): void =>
      void faults.push({
        path: `/pagers/${index}/${field}`,
        code: 'invalid_value',
        message: `${config.name}: ${message}`,
      });
    return settingsOf(config, new Reader(config, at));
  });
  const [first, ...rest] = faults;
  if (first) throw BreakwaterError.fromFaults([first, ...rest]);
  return read;
}

type Complain = (field: string, message: string) => void;

function settingsOf(config: PagerConfig, reader: Reader): PagerSettings {
  const { kind, name } = config;
  switch (kind) {
    case 'webhook': {
      const token = reader.token(config.tokenFile);
      const endpoint = reader.endpoint('url', config.url, token !== null);
      return { kind, name, endpoint, token, sendResolved: config.sendResolved };
    }
    case 'pagerduty': {
      const routingKey = reader.secret('routingKeyFile', config.routingKeyFile);
      return { kind, name, endpoint: reader.endpoint('url', config.url, true), routingKey };
    }
    case 'alertmanager': {
      const token = reader.token(config.tokenFile);
      const endpoints = config.urls.map((url, i) =>
        reader.endpoint(`urls/${i}`, new URL('api/v2/alerts', url.replace(/\/*$/, '/')).href, token !== null),
      );
      return { kind, name, endpoints, token };
    }
    case 'slack':
      return {
        kind,
        name,
        endpoint: reader.endpoint('urlFile', reader.secret('urlFile', config.urlFile), true),
      };
    default:
      return config satisfies never;
  }
}

/** Reads what one channel needs, and complains instead of throwing, so that all faults are told at once. */
class Reader {
  readonly #complain: Complain;
  readonly #addresses: readonly string[];
  readonly #ca: string | null;

  constructor({ addresses = [], caFile }: PagerConfig, complain: Complain) {
    this.#complain = complain;
    this.#addresses = addresses;
    this.#ca = caFile === undefined ? null : this.secret('caFile', caFile);
  }

  secret(field: string, path: string): string {
    try {
      const text = readFileSync(path, 'utf8').trim();
      if (text === '') this.#complain(field, `${path} is empty`);
      return text;
    } catch (error) {
      this.#complain(
        field,
        `${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`,
      );
      return '';
    }
  }

  token(path: string | undefined): string | null {
    return path === undefined ? null : this.secret('tokenFile', path);
  }

  /** @param secretive a secret travels with every page, so nobody on the way may read it. */
  endpoint(field: string, text: string, secretive: boolean): Endpoint {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      this.#complain(field, 'must be the URL of an HTTP server');
      return { url: new URL('https://[::]/'), addresses: [], ca: null };
    }
    if (secretive && url.protocol !== 'https:')
      this.#complain(field, 'must be an https URL: it carries a secret');
    const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const named = isIP(literal) === 0;
    if (named && this.#addresses.length === 0)
      this.#complain(
        'addresses',
        `write the IP addresses of "${url.hostname}": a page may not need name resolution`,
      );
    if (!named && this.#addresses.length > 0)
      this.#complain(
        'addresses',
        'the URL has an address already; leave them out, or write a host name there',
      );
    return { url, addresses: named ? this.#addresses : [literal], ca: this.#ca };
  }
}
