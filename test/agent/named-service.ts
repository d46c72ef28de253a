import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** A real `named` under a real `runsv`, in a folder of its own. */
export interface NamedService {
  folder: string;
  service: string;
  log: string;
  config: string;
  port: number;
  /** Ends runsv, named and whatever else they started, and removes the folder. */
  remove(): Promise<void>;
}

/** Waits until something is true, looking often; it says what it waited for when that never came. */
export async function until(what: string, isTrue: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The configuration of a small authoritative server; `extra` statements come last. */
export function namedConf(folder: string, port: number, extra = ''): string {
  return `options {
  directory "${folder}/state"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
};
controls { };
zone "example.com" { type primary; file "${folder}/example.com.zone"; };
${extra}`;
}

/** A zone with a record of every type that a check may ask for, and one answer that no UDP message holds. */
export const ZONE = `$TTL 60
@ SOA ns.example.com. Host.example.com. 42 3600 600 86400 60
@ NS ns
ns A 192.0.2.1
ns AAAA 2001:DB8::0:1
www CNAME Ns
@ MX 10 mail.example.net.
@ TXT "v=spf1 -all" "second \\"part\\""
@ CAA 0 issue "ca.example.net"
_sip._udp SRV 1 2 5060 ns
ptr PTR host.example.net.
child NS ns.child
ns.child A 192.0.2.2
child DS 12345 13 2 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF
key DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
${Array.from({ length: 12 }, (_, n) => `large TXT "${n} ${'x'.repeat(200)}"`).join('\n')}
`;

/** Starts a service; it is ready when its daemon answers, which is the caller's to wait for. */
export async function startNamed(): Promise<NamedService> {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-named-'));
  const [service, log, config] = [
    join(folder, 'service'),
    join(folder, 'named.log'),
    join(folder, 'named.conf'),
  ];
  const port = await freePort();
  await mkdir(service);
  await mkdir(join(folder, 'state'));
  await writeFile(config, namedConf(folder, port));
  await writeFile(join(folder, 'example.com.zone'), ZONE);
  await script(join(service, 'run'), `exec named -f -c ${config} -L ${log}`);
  await script(join(service, 'finish'), 'echo "$1 $2" >> exits');
  const runsv = spawn('runsv', [service], { detached: true, stdio: 'ignore', env: { PATH } });
  return { folder, service, log, config, port, remove: () => remove(folder, service, runsv) };
}

async function script(path: string, text: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
}

async function remove(folder: string, service: string, runsv: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => runsv.once('exit', resolve));
  if (runsv.exitCode === null && runsv.signalCode === null) {
    // Exit: bring the service down and leave; the kill is for a daemon that does not want to.
    await appendFile(join(service, 'supervise/control'), 'x');
    const timer = setTimeout(() => void appendFile(join(service, 'supervise/control'), 'k'), 5000);
    await ended;
    clearTimeout(timer);
  }
  const left = await processesIn(folder);
  await rm(folder, { recursive: true, force: true });
  if (left.length > 0) throw new Error(`processes ${left.join(', ')} of ${folder} are still there`);
}

/** A port that is free on loopback, over UDP too in all likelihood. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** Process ids of every process whose command line names a folder. */
export async function processesIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) => lines[index]?.includes(folder)).map(Number);
}

/** How `dig` writes the answer of the same question. */
export async function dig(port: number, name: string, type: string): Promise<string[]> {
  const { stdout } = await execa('dig', [
    '@127.0.0.1',
    '-p',
    String(port),
    '+short',
    '+norec',
    '+tcp',
    name,
    type,
  ]);
  return stdout.split('\n').filter((line) => line !== '');
}
