import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { apiDocument, CLIENT_TYPES, clientTypes } from './document.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'openapi-'));
afterAll(() => rm(folder, { recursive: true }));

async function lint(document: unknown) {
  const file = join(folder, 'openapi.json');
  await writeFile(file, JSON.stringify(document));
  return execa('redocly', ['lint', file, '--config', join(HERE, 'redocly.yaml')], {
    preferLocal: true,
    localDir: HERE,
    reject: false,
    all: true,
    env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
}

test('the document has nothing that a linter minds', async () => {
  const { exitCode, all } = await lint(await apiDocument());
  expect(all).toContain('validated');
  expect({ exitCode, all: exitCode === 0 ? '' : all }).toEqual({ exitCode: 0, all: '' });
});

test('the linter would mind an example that its schema refuses', async () => {
  const document = await apiDocument();
  const text = JSON.stringify(document).replaceAll('"NET-1234"', '1234');
  const { exitCode, all } = await lint(JSON.parse(text));
  expect(exitCode).toBe(1);
  expect(all).toContain('no-invalid-media-type-examples');
});

test("the client's types are those of the document (otherwise: npm run generate)", async () => {
  expect(await readFile(CLIENT_TYPES, 'utf8')).toBe(await clientTypes(await apiDocument()));
});
