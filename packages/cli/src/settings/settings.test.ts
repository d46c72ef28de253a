import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const API = 'http://127.0.0.1:7300';
const nowhere = { XDG_CONFIG_HOME: join(folder, 'none') };
const withToken = { ...nowhere, BREAKWATER_TOKEN: 'from-environment' };

test('flags go before the environment, and the environment before the configuration', () => {
  const config = file('config.yaml', `api: [${API}, https://192.0.2.1]\ntoken: from-config\n`);
  const tokenFile = file('token', 'from-flag\n');
  expect(readSettings({ api: [], config, env: nowhere })).toEqual({
    addresses: [API, 'https://192.0.2.1'],
    token: 'from-config',
  });
  expect(readSettings({ api: [], config, env: withToken }).token).toBe('from-environment');
  const flags = { api: ['https://192.0.2.9'], config, tokenFile };
  expect(readSettings({ ...flags, env: withToken })).toEqual({
    addresses: ['https://192.0.2.9'],
    token: 'from-flag',
  });
});

test('a token file is looked for beside the configuration that names it', () => {
  file('beside', 'from-beside\n');
  const config = file('relative.yaml', `api: ${API}\ntokenFile: beside\n`);
  expect(readSettings({ api: [], config, env: nowhere }).token).toBe('from-beside');
});

test('a token that everybody may read is refused, with what to do', () => {
  const open = file('open', 'token\n', 0o644);
  const config = file('open.yaml', `api: ${API}\ntoken: secret\n`, 0o604);
  expect(() => readSettings({ api: [API], tokenFile: open, env: nowhere })).toThrow(/may read or change/);
  expect(() => readSettings({ api: [], config, env: nowhere })).toThrow(/may read or change/);
});

test('what is missing or wrong is said', () => {
  expect(() => readSettings({ api: [], env: withToken })).toThrow(/no orchestrator is given/);
  expect(() => readSettings({ api: [API], env: nowhere })).toThrow('there is no token');
  expect(() => readSettings({ api: [API], config: join(folder, 'gone'), env: withToken })).toThrow(
    /cannot be read/,
  );
  const read = (text: string) => () =>
    readSettings({ api: [], config: file('x.yaml', text), env: withToken });
  expect(read('apis: [x]')).toThrow(/Unrecognized key/);
  expect(read('api: [')).toThrow(/not valid YAML/);
  expect(read('api: https://ns.example')).toThrow(/holds the name/);
  expect(() => readSettings({ api: [API], env: { ...nowhere, BREAKWATER_TOKEN: 'two words' } })).toThrow(
    /no token has/,
  );
});
