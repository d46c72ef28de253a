import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { badUsage } from '../failures.ts';
import { readAddress } from './address.ts';

/** Where the settings come from: flags, then the environment, then a file. */
export interface Sources {
  api: readonly string[];
  config?: string | undefined;
  tokenFile?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

/** How the orchestrators are asked. */
export interface Settings {
  /** Origins, tried in turn. */
  addresses: readonly string[];
  token: string;
}

const Config = z.strictObject({
  api: z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]).optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
});
type Config = z.infer<typeof Config>;

/** Where the configuration is unless --config says otherwise. */
function usualConfig(env: Sources['env']): string {
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'breakwater', 'config.yaml');
}

/** Reads flags, environment and configuration. @throws Failure that says what is missing, and how to give it. */
export function readSettings(sources: Sources): Settings {
  const { env } = sources;
  const path = sources.config ?? usualConfig(env);
  const config = readConfig(path, sources.config !== undefined);
  const given = sources.api.length > 0 ? sources.api : (config.api ?? []);
  if (given.length === 0) {
    throw badUsage(
      `no orchestrator is given: there is no --api, and ${path} names none`,
      'Give one: breakwater --api https://192.0.2.1:7300 status',
      `or write into ${path}:  api: [https://192.0.2.1:7300, https://192.0.2.2:7300]`,
    );
  }
  return { addresses: [...new Set(given.map(readAddress))], token: readToken(sources, config, path) };
}

function readConfig(path: string, wanted: boolean): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (!wanted && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw badUsage(`the configuration ${path} cannot be read: ${(error as Error).message}`);
  }
  const content = yamlIn(path, text) ?? {};
  const result = Config.safeParse(content);
  if (!result.success) {
    const faults = result.error.issues.map(({ path: at, message }) => `${at.join('.') || 'it'}: ${message}`);
    throw badUsage(
      `the configuration ${path} is not right: ${faults.join('; ')}`,
      'It takes api, token and tokenFile.',
    );
  }
  if (result.data.token !== undefined) refuseOpenFile(path);
  return result.data;
}

/** Reads YAML, of which JSON is a part. */
export function yamlIn(path: string, text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    throw badUsage(`${path} is not valid YAML: ${(error as Error).message}`);
  }
}

/** The token is in the environment or in a file: an argument would be seen by everybody who lists processes. */
function readToken({ env, tokenFile: flag }: Sources, config: Config, path: string): string {
  // A flag is meant for this very call; what the environment says is meant for this shell, the file for always.
  const fromConfig = config.tokenFile === undefined ? undefined : resolve(dirname(path), config.tokenFile);
  const file = flag ?? (env['BREAKWATER_TOKEN'] ? undefined : fromConfig);
  const token = file === undefined ? (env['BREAKWATER_TOKEN'] ?? config.token) : fileToken(file);
  if (!token) {
    throw badUsage(
      'there is no token',
      'Put it into BREAKWATER_TOKEN, into a file for --token-file, or as tokenFile into the configuration.',
    );
  }
  if (!/^[A-Za-z0-9._~+/-]{1,512}=*$/.test(token))
    throw badUsage('the token holds characters that no token has (spaces, quotes, line breaks …)');
  return token;
}

function fileToken(path: string): string {
  refuseOpenFile(path);
  const token = readFileSync(path, 'utf8').trim();
  if (token === '') throw badUsage(`the token file ${path} is empty`);
  return token;
}

/** A token that everybody on the machine can read is everybody's. */
function refuseOpenFile(path: string): void {
  let mode: number;
  try {
    ({ mode } = statSync(path));
  } catch (error) {
    throw badUsage(`the token file ${path} cannot be read: ${(error as Error).message}`);
  }
  if ((mode & 0o007) !== 0)
    throw badUsage(
      `everybody on this machine may read or change ${path}, which holds a token`,
      `chmod 600 ${path}`,
    );
}
