import { BundleError } from './interface.ts';

/** One thing that is wrong with a bundle on this host. */
export interface BundleFault {
  /** Path in the bundle, such as `all/named.conf.tmpl`. */
  path: string;
  line?: number;
  message: string;
}

const SHOWN = 20;

/** Says all that is wrong with a bundle in one error: whoever mends it should not have to send it ten times. */
export function bundleError(faults: readonly BundleFault[]): BundleError {
  const lines = faults.slice(0, SHOWN).map(({ path, line, message }) => {
    const place = line === undefined ? path : `${path}:${line}`;
    return `${place}: ${message}`;
  });
  if (faults.length > SHOWN) lines.push(`and ${faults.length - SHOWN} more faults`);
  return new BundleError(lines.join('; '));
}
