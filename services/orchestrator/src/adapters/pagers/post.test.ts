import { describe, expect, test } from 'vitest';
import { post, unaccepted } from './post.ts';
import { certificateFor } from './testing/certificates.ts';
import { pagerServer } from './testing/pager-server.ts';

const HOST = 'pager.example';
const certificate = certificateFor(`DNS:${HOST}`);
const { ca } = certificate;

function endpoint(port: number, addresses = ['127.0.0.1'], authority: string | null = ca) {
  return { url: new URL(`https://${HOST}:${port}/page?a=1`), addresses, ca: authority };
}

describe('a URL with a host name', () => {
  test('is connected to at its address, and the certificate is checked for the name', async () => {
    const server = await pagerServer([[202, 'taken']], { certificate });
    expect(await post(endpoint(server.port), { 'x-a': 'b' }, { c: 'd' })).toEqual({
      status: 202,
      body: 'taken',
    });
    const [one] = server.received;
    expect(one?.body).toEqual({ c: 'd' });
    expect([one?.request.method, one?.request.url]).toEqual(['POST', '/page?a=1']);
    const { host, 'content-type': type, 'x-a': own } = one?.request.headers ?? {};
    expect([host, type, own]).toEqual([`${HOST}:${server.port}`, 'application/json', 'b']);
  });

  test('is not posted to where the certificate is for another host', async () => {
    const other = certificateFor('DNS:other.example');
    const server = await pagerServer([[202, '']], { certificate: other });
    const sent = post(endpoint(server.port, ['127.0.0.1'], other.ca), {}, {});
    await expect(sent).rejects.toThrow(/no answer \(127\.0\.0\.1: ERR_TLS_CERT_ALTNAME_INVALID/);
    expect(server.received).toEqual([]);
  });

  test('is not posted to where another authority has signed, ours aside or the usual ones', async () => {
    const server = await pagerServer([[202, '']], { certificate });
    const other = certificateFor(`DNS:${HOST}`).ca;
    for (const authority of [other, null]) {
      const sent = post(endpoint(server.port, ['127.0.0.1'], authority), {}, {});
      await expect(sent).rejects.toThrow(/CERT|SIGNATURE|LEAF/);
    }
    expect(server.received).toEqual([]);
  });

  test('is not posted to where a server speaks no TLS', async () => {
    const server = await pagerServer([[202, '']]);
    await expect(post(endpoint(server.port), {}, {})).rejects.toThrow('no answer');
    expect(server.received).toEqual([]);
  });

  test('is tried at one address after the other, until one answers', async () => {
    const server = await pagerServer([[202, 'the third']], { certificate, address: '127.0.0.3' });
    const wrong = {
      certificate: certificateFor('DNS:other.example'),
      address: '127.0.0.2',
      port: server.port,
    };
    const second = await pagerServer([[202, '']], wrong);
    const sent = post(endpoint(server.port, ['127.0.0.1', '127.0.0.2', '127.0.0.3']), {}, {});
    expect(await sent).toMatchObject({ body: 'the third' });
    expect(second.received).toEqual([]);
    await server.close();
    const none = post(endpoint(server.port, ['127.0.0.1', '127.0.0.2']), {}, {});
    await expect(none).rejects.toThrow(/127\.0\.0\.1: ECONNREFUSED; 127\.0\.0\.2: /);
  });

  test('is not tried elsewhere once there is an answer, whatever it is', async () => {
    const first = await pagerServer([[503, '']], { certificate });
    const second = await pagerServer([[202, '']], { certificate, address: '127.0.0.2', port: first.port });
    expect(await post(endpoint(first.port, ['127.0.0.1', '127.0.0.2']), {}, {})).toMatchObject({
      status: 503,
    });
    expect(second.received).toEqual([]);
  });
});

test('an address in the URL is the one that the certificate has to be for', async () => {
  const literal = certificateFor('IP:127.0.0.1');
  const at = (port: number) => ({ url: new URL(`https://127.0.0.1:${port}/`), addresses: ['127.0.0.1'] });
  const right = await pagerServer([[200, '']], { certificate: literal });
  expect(await post({ ...at(right.port), ca: literal.ca }, {}, {})).toMatchObject({ status: 200 });
  const wrong = await pagerServer([[200, '']], { certificate });
  await expect(post({ ...at(wrong.port), ca }, {}, {})).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID');
});

describe('a server that', () => {
  const plain = (port: number) => ({
    url: new URL(`http://127.0.0.1:${port}/`),
    addresses: ['127.0.0.1'],
    ca: null,
  });

  test('redirects is not followed', async () => {
    const server = await pagerServer([
      (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
    ]);
    expect(await post(plain(server.port), {}, {})).toEqual({ status: 307, body: '' });
    expect(server.received).toHaveLength(1);
  });

  test('never answers is given up after five seconds', async () => {
    const server = await pagerServer([() => undefined]);
    await expect(post(plain(server.port), {}, {})).rejects.toThrow('127.0.0.1: nothing within 5 s');
  });

  test('closes the connection after it has taken the page has not acknowledged it', async () => {
    const server = await pagerServer([(response) => response.destroy()]);
    await expect(post(plain(server.port), {}, {})).rejects.toThrow('UND_ERR_SOCKET');
    expect(server.received).toHaveLength(1);
  });

  test('does not stop answering is cut off, and its status counts', async () => {
    const flood = (response: NodeJS.WritableStream & { destroyed: boolean }): void => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    };
    const server = await pagerServer([(response) => flood(response.writeHead(202))]);
    const started = performance.now();
    const { status, body } = await post(plain(server.port), {}, {});
    expect([status, body.length]).toEqual([202, 4096]);
    expect(performance.now() - started).toBeLessThan(4000);
  });

  test('breaks off in the middle of its answer has answered', async () => {
    const server = await pagerServer([
      (response) =>
        response.writeHead(202, { 'content-length': 100 }).write('half', () => response.destroy()),
    ]);
    expect(await post(plain(server.port), {}, {})).toMatchObject({ status: 202 });
  });
});

test('what is said of a refusal has one short line of the answer, and no secret', () => {
  const error = unaccepted({ status: 403, body: `no key s3cret\nhere ${'x'.repeat(500)}` }, ['s3cret']);
  expect(error.message).toMatch(/^it answered 403: no key … here x+$/);
  expect(error.message.length).toBeLessThan(250);
  expect([error.status, error.refused]).toEqual([403, false]);
  expect(unaccepted({ status: 400, body: '' })).toMatchObject({ message: 'it answered 400', refused: true });
});
