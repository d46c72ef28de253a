/** `npm run generate`: writes the types of the command line's client from the orchestrator's OpenAPI document. */
import { writeFile } from 'node:fs/promises';
import { apiDocument, CLIENT_TYPES, clientTypes } from './document.ts';

await writeFile(CLIENT_TYPES, await clientTypes(await apiDocument()));
