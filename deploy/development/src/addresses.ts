import { execa } from 'execa';

/** No address could be had, for a reason that the person who started the fleet can act on. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

const RANGE = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/**
 * The addresses of a range such as `127.53.7.0/24`, without its first, which looks like a network's.
 * @returns `null` when the text is no range within 127.0.0.0/8; nothing else may be added to a machine's loopback.
 */
export function addressesOf(range: string): string[] | null {
  const numbers = RANGE.exec(range)?.slice(1).map(Number);
  if (numbers === undefined) return null;
  const [a = 0, b = 0, c = 0, bits = 0] = numbers;
  if (Math.max(a, b, c) > 255 || bits < 16 || bits > 32) return null;
  const size = 2 ** (32 - bits);
  const offset = a * 65_536 + b * 256 + c;
  if (offset % size !== 0) return null;
  return Array.from({ length: size - 1 }, (_, index) => {
    const at = offset + index + 1;
    return `127.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
  });
}

async function onLoopback(): Promise<Set<string>> {
  const { stdout } = await execa('ip', ['-o', '-4', 'addr', 'show', 'dev', 'lo']);
  return new Set([...stdout.matchAll(/inet ([\d.]+)/g)].map((match) => match[1] ?? ''));
}

type Attempt = 'added' | 'taken' | 'forbidden';

/** Adds one address. The kernel adds it or says that it is there already: of two fleets, one only gets it. */
async function add(address: string): Promise<Attempt> {
  const { failed } = await execa('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo'], { reject: false });
  if (!failed) return 'added';
  // The words with which it says so differ from kernel to kernel.
  return (await onLoopback()).has(address) ? 'taken' : 'forbidden';
}

/** Addresses on the loopback interface that belong to one fleet. */
export interface AddressBook {
  /**
   * Adds as many addresses as asked for, from the range, or from the first 127.53.N.0/24 that nobody uses.
   * @returns `null` when this machine lets nobody add any (no `ip` command, no right to) and no range was asked for.
   * @throws AddressError when the range cannot be had.
   */
  claim(count: number, range: string | null): Promise<string[] | null>;
  /** Removes what was added, and nothing else. */
  release(): Promise<void>;
}

export function createAddressBook(): AddressBook {
  const added: string[] = [];

  const take = async (address: string): Promise<Attempt> => {
    const attempt = await add(address);
    if (attempt === 'added') added.push(address);
    return attempt;
  };

  const claimAll = async (addresses: string[]): Promise<string[]> => {
    for (const address of addresses) {
      const attempt = await take(address);
      if (attempt === 'taken')
        throw new AddressError(`${address} is on lo already; give another --addresses`);
      if (attempt === 'forbidden')
        throw new AddressError(`${address} cannot be added to lo; --addresses needs root`);
    }
    return addresses;
  };

  /** Whoever adds the first address of a block has the block, so that two fleets starting at once never share one. */
  const claimBlock = async (count: number): Promise<string[] | null> => {
    const used = await onLoopback().catch(() => null);
    if (used === null) return null;
    for (let block = 0; block < 256; block++) {
      const [first = '', ...others] = (addressesOf(`127.53.${block}.0/24`) ?? []).slice(0, count);
      if ([...used].some((address) => address.startsWith(`127.53.${block}.`))) continue;
      const attempt = await take(first);
      if (attempt === 'forbidden') return null;
      if (attempt === 'added') return [first, ...(await claimAll(others))];
    }
    throw new AddressError('every block 127.53.N.0/24 is in use; free one, or give --addresses');
  };

  return {
    claim: (count, range) =>
      range === null ? claimBlock(count) : claimAll((addressesOf(range) ?? []).slice(0, count)),
    release: async () => {
      // The first address goes last: it is what tells other fleets that the block is taken.
      for (let address = added.pop(); address !== undefined; address = added.pop()) {
        await execa('ip', ['addr', 'del', `${address}/32`, 'dev', 'lo'], { reject: false });
      }
    },
  };
}
