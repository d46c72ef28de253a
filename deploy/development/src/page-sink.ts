/**
 * A pager for the development fleet: it takes every page that is POSTed to it, and answers GET with all of them.
 *
 *   node page-sink.ts PORT FILE      FILE keeps the pages as JSON lines, so that a restart loses none
 */
import { appendFile, readFile, truncate } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

const [port, file] = process.argv.slice(2);
if (port === undefined || file === undefined) throw new Error('usage: node page-sink.ts PORT FILE');

await appendFile(file, '');
const kept = await readFile(file, 'utf8');
// A line without its end is one that nobody was told is kept; the next one must not be joined to it.
const whole = kept.slice(0, kept.lastIndexOf('\n') + 1);
await truncate(file, Buffer.byteLength(whole));
/** Each page as one line of JSON, oldest first. */
const pages = whole.split('\n').slice(0, -1);

async function take(request: IncomingMessage): Promise<void> {
  const page = JSON.stringify(JSON.parse(await text(request)));
  // Kept first, acknowledged then: a pager that forgets what it took wakes nobody.
  await appendFile(file as string, `${page}\n`);
  pages.push(page);
}

const server = createServer((request, response) => {
  const answer = (status: number, body: string): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  if (request.method === 'GET') return answer(200, `[${pages.join(',\n')}]\n`);
  if (request.method !== 'POST') return answer(405, '{}');
  take(request).then(
    () => answer(202, '{}'),
    (error: unknown) => answer(400, JSON.stringify({ error: String(error) })),
  );
});
server.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
