import { BlockList, isIP } from 'node:net';
import { all, bodyOf, find, inOneLine, type Statement, wordsOf } from './statements.ts';

/** A statement that makes the daemon listen. */
interface Listener {
  /** As it stands in the canonical form, for a person. */
  statement: string;
  port: string;
  /** `dns`, `tls`, `http …`, `control`, `statistics`: what is spoken there. */
  speaks: string;
  /** Whether it listens at an address, or at some address of a family (`0.0.0.0`, `::`: all of them). */
  listensAt: (address: string) => boolean;
  /** The addresses that it names one by one. */
  named: readonly string[];
}

const EVERYWHERE: Record<string, number> = { '*': 4, '0.0.0.0': 4, '::': 6 };

/**
 * Finds two listeners of different kinds on one address and TCP port. named starts with them, shares connections out between
 * them, and every other client speaks DNS to something that speaks something else.
 * @returns both, as they stand in the canonical form; `null` when there are none.
 */
export function portConflictIn(statements: readonly Statement[]): [string, string] | null {
  const listeners = listenersOf(statements);
  for (const [at, one] of listeners.entries()) {
    const other = listeners.slice(at + 1).find((each) => meets(one, each) || meets(each, one));
    if (other !== undefined) return [one.statement, other.statement];
  }
  return null;
}

function meets(one: Listener, other: Listener): boolean {
  if (one.port !== other.port || one.speaks === other.speaks) return false;
  return one.named.some((address) => other.listensAt(address));
}

function listenersOf(statements: readonly Statement[]): Listener[] {
  const options = bodyOf(find(statements, 'options'));
  const port = find(options, 'port')?.[1];
  const usual = typeof port === 'string' ? port : '53';
  const dns = [...all(options, 'listen-on'), ...all(options, 'listen-on-v6')].map((each) =>
    dnsListener(each, usual),
  );
  const channels = (keyword: string, speaks: string, standard: string): Listener[] =>
    all(statements, keyword)
      .flatMap((each) => bodyOf(each))
      .filter(([first]) => first === 'inet')
      .map((each) => channel(keyword, each, speaks, standard));
  return [
    ...dns,
    ...channels('controls', 'control', '953'),
    ...channels('statistics-channels', 'statistics', '80'),
  ];
}

function dnsListener(statement: Statement, usual: string): Listener {
  const words = wordsOf(statement);
  const family = words[0] === 'listen-on-v6' ? 6 : 4;
  const elements = bodyOf(statement).map((each) => wordsOf(each).join(' '));
  const http = after(words, 'http');
  const tls = after(words, 'tls');
  return {
    statement: inOneLine(statement),
    port: after(words, 'port') ?? (http !== null ? '443' : tls !== null ? '853' : usual),
    speaks: http !== null ? 'http' : tls !== null ? 'tls' : 'dns',
    listensAt: (address) => familyOf(address) === family && matches(elements, address),
    named: elements.map(single).filter((element) => isIP(element) === family),
  };
}

function channel(keyword: string, statement: Statement, speaks: string, standard: string): Listener {
  const words = wordsOf(statement);
  const address = words[1] ?? '*';
  const everywhere = EVERYWHERE[address];
  return {
    statement: `${keyword} { ${words.slice(0, 4).join(' ')} }`,
    port: after(words, 'port') ?? standard,
    speaks,
    listensAt: (asked) => asked === address || (everywhere !== undefined && everywhere === familyOf(asked)),
    named: [address],
  };
}

/** The first element of an address list that fits decides; `!` says no (BIND 9.18, "address_match_list"). */
function matches(elements: readonly string[], address: string): boolean {
  if (address in EVERYWHERE) return elements.some((element) => !/^(?:!|none$)/.test(element));
  for (const element of elements) {
    const no = element.startsWith('!');
    if (fits(element.replace(/^!\s*/, ''), address)) return !no;
  }
  return false;
}

function fits(element: string, address: string): boolean {
  // A channel is bound to an address of this host.
  if (element === 'any' || element === 'localhost') return true;
  const [network = '', length] = element.split('/');
  if (isIP(network) === 0 || isIP(network) !== isIP(address)) return false;
  if (length === undefined) return network === address;
  const list = new BlockList();
  list.addSubnet(network, Number(length), isIP(network) === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/** The canonical form writes an address as a network of one. */
function single(element: string): string {
  return element.replace(/\/(?:32|128)$/, '');
}

function familyOf(address: string): number {
  return EVERYWHERE[address] ?? isIP(address);
}

function after(words: readonly string[], keyword: string): string | null {
  const at = words.indexOf(keyword, 1);
  return at < 0 ? null : (words[at + 1] ?? null);
}
