import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { testServer } from '../../services/orchestrator/src/adapters/http/testing/fakes.ts';

/** Where the types of the command line's client are; written by `npm run generate`. */
export const CLIENT_TYPES = new URL('../../packages/cli/src/api/schema.ts', import.meta.url);

/** The OpenAPI document, as an orchestrator serves it. */
export async function apiDocument(): Promise<OpenAPI3> {
  const { app } = await testServer();
  try {
    return (await app.inject('/openapi.json')).json<OpenAPI3>();
  } finally {
    await app.close();
  }
}

const HEADER = `// Written by \`npm run generate\` from the orchestrator's OpenAPI document; a test holds the two equal.
`;

/** The types of a client of this document, as TypeScript. */
export async function clientTypes(document: OpenAPI3): Promise<string> {
  // Defaults are the server's to fill in: a client may leave out whatever has one.
  return HEADER + astToString(await openapiTS(document, { defaultNonNullable: false }));
}
