import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { addressesOf } from './addresses.ts';
import { MOST_ORCHESTRATORS, type Size } from './layout.ts';

/** What `npm start` was asked for. */
export interface Options extends Size {
  /** A range to take the hosts' addresses from; by default the first block that is free. */
  addresses?: string | undefined;
  /** An empty or new folder for everything the fleet writes, which then stays; by default a temporary one. */
  runDir?: string | undefined;
  once: boolean;
  idle: boolean;
  json: boolean;
}

function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${low} to ${high}.`);
  };
}

function range(text: string): string {
  if (addressesOf(text) !== null) return text;
  throw new InvalidArgumentError(
    'It takes a range within 127.0.0.0/8, from /16 to /32, such as 127.53.7.0/24.',
  );
}

/** What is wrong with flags that are right one by one, or `null`. */
function contradiction({ hosts, datacenters, addresses, once, idle }: Options): string | null {
  if (hosts < datacenters) {
    return `--hosts ${hosts} is less than --datacenters ${datacenters}; every datacenter needs a host`;
  }
  if (!idle && hosts < 2 * datacenters) {
    return `the story needs two hosts in every datacenter, since a rollout leaves one in service: give --hosts ${2 * datacenters} or more, or --idle`;
  }
  if (once && idle) return '--once tells the story and stops, --idle tells none; give one of them';
  const room = addresses === undefined ? hosts : (addressesOf(addresses)?.length ?? 0);
  if (room < hosts) return `--addresses ${addresses} has room for ${room} hosts, --hosts asks for ${hosts}`;
  return null;
}

/**
 * Reads the command line. With a wrong flag it says what is wrong and ends the process, before anything is started.
 * @param args without the program's own name.
 */
export function readOptions(args: readonly string[]): Options {
  const command = new Command('npm start --')
    .description(
      'Starts a fleet of real name servers on loopback, and tells how a good and a bad change go through it.',
    )
    .option('--hosts <n>', 'name servers, 1 to 200', integer(1, 200), 12)
    .option('--datacenters <n>', 'datacenters that they are spread over', integer(1, 200), 3)
    .option('--port-base <port>', 'first port; the API listens here', integer(1024, 65_000), 7300)
    .option(
      '--orchestrators <n>',
      `orchestrators that share one Redis, 1 to ${MOST_ORCHESTRATORS}`,
      integer(1, MOST_ORCHESTRATORS),
      1,
    )
    .option(
      '--addresses <range>',
      "the hosts' addresses, such as 127.53.7.0/24 (default: the first free block)",
      range,
    )
    .option(
      '--run-dir <folder>',
      'an empty or new folder for all files, which then stays (default: a temporary one)',
    )
    .option('--once', 'tell the story, then stop; exit with 0 only if it went as promised', false)
    .option('--idle', 'start the fleet and tell no story', false)
    .option(
      '--json',
      'print one line of JSON when the fleet is ready; all else goes to standard error',
      false,
    )
    .allowExcessArguments(false)
    .showHelpAfterError('(npm start -- --help lists the flags)')
    .parse(args, { from: 'user' });
  const options = command.opts();
  const fault = contradiction(options);
  if (fault !== null) command.error(`error: ${fault}`);
  return options;
}
