/**
 * `npm run generate`: writes the types of the command line's client from the orchestrator's OpenAPI document. With
 * `--check` it only looks whether they are as it would write them.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { apiDocument, CLIENT_TYPES, clientTypes } from './document.ts';

const types = await clientTypes(await apiDocument());
if (!process.argv.includes('--check')) {
  await writeFile(CLIENT_TYPES, types);
} else if ((await readFile(CLIENT_TYPES, 'utf8')) !== types) {
  process.stderr.write("The API has changed, and the command line's client has not: npm run generate\n");
  process.exitCode = 1;
}
