import { join } from 'node:path';
import { writeSecret } from './secrets.ts';

/** Where the command line's configuration of a fleet is: as `admin`, and as the one who may approve what `admin` submits. */
export function cliConfigs(runDir: string) {
  return { admin: join(runDir, 'cli.yaml'), approver: join(runDir, 'approver.yaml') };
}

/** Writes them, so that `breakwater --config <runDir>/cli.yaml status` works. */
export async function writeCliConfigs(
  runDir: string,
  api: readonly string[],
  tokens: Readonly<Record<'admin' | 'approver', string>>,
): Promise<void> {
  const paths = cliConfigs(runDir);
  for (const who of ['admin', 'approver'] as const) {
    const tokenFile = join(runDir, `${who}.token`);
    await writeSecret(tokenFile, `${tokens[who]}\n`);
    // JSON is YAML.
    await writeSecret(paths[who], `${JSON.stringify({ api, tokenFile }, null, 2)}\n`);
  }
}
