import { lstat, realpath, stat } from 'node:fs/promises';
import { readBootId } from '../adapters/boot/boot-id.ts';
import type { Reply, Verb } from '../adapters/helper/protocol.ts';
import { openSupervisor } from '../adapters/supervisor/open.ts';
import type { Supervisor } from '../adapters/supervisor/interface.ts';
import { type Config, loadConfig } from '../config.ts';
import { helperServer } from './server.ts';
import { switchAsAnnounced } from './switch.ts';

/** The first descriptor that a service manager passes (sd_listen_fds(3)). */
const LISTEN_FD = 3;
const IDLE_MS = 60_000;

/** One line for the service manager's log. What a daemon or a path holds must not forge further ones. */
function say(sentence: string): void {
  process.stderr.write(`${sentence.replaceAll(/\p{Cc}+/gu, ' ')}\n`);
}

/**
 * The root helper: a service manager starts it, as root, when somebody connects to the socket that the agent's
 * configuration names as `helper`, and passes it that socket. It ends when nobody has asked for a minute.
 */
async function main(environment: NodeJS.ProcessEnv): Promise<void> {
  if (environment['LISTEN_PID'] !== String(process.pid) || environment['LISTEN_FDS'] !== '1') {
    throw new Error('it is started by a service manager that passes it one socket (LISTEN_FDS), not by hand');
  }
  const config = await loadConfig(environment);
  await checkWhoMayAsk(config);
  const supervisor = await openSupervisor(config.daemon, say);
  const boot = await readBootId();
  const tell = (word: string, reply: Reply): void => {
    // An agent asks these several times a second.
    const routine = word === 'status' || word === 'reloaded';
    if (!routine || !reply.ok) say(`${word}: ${reply.ok ? 'done' : reply.error}`);
  };
  const carryOut = (verb: Verb): Promise<Reply> => perform(verb, config, supervisor, boot);
  const server = helperServer({ carryOut, tell, idleMs: IDLE_MS, onIdle: () => process.exit(0) });
  server.listen({ fd: LISTEN_FD });
}

async function perform(verb: Verb, config: Config, supervisor: Supervisor, boot: string): Promise<Reply> {
  switch (verb) {
    case 'restart':
      await supervisor.restart();
      return { ok: true };
    case 'reload':
      await supervisor.reload(await realpath(config.root));
      return { ok: true };
    case 'switch':
      say(`the managed root leads to ${await switchAsAnnounced({ ...config, boot })}`);
      return { ok: true };
    case 'status':
      return { ok: true, status: { gaveUp: false, unsupervised: false, ...(await supervisor.observe()) } };
    case 'reloaded':
      return { ok: true, reloaded: await supervisor.reloaded() };
    case 'words':
      return { ok: true, words: await supervisor.lastWords() };
    default:
      return verb satisfies never;
  }
}

/**
 * Node has no SO_PEERCRED, so the socket's own permissions say who may ask: nobody but its owner, who must be the
 * agent's account, the owner of the store.
 */
async function checkWhoMayAsk({ helper, storeDir }: Config): Promise<void> {
  if (helper === undefined) throw new Error('the configuration names no "helper" socket');
  const [socket, store] = await Promise.all([lstat(helper), stat(storeDir)]);
  if (!socket.isSocket() || socket.uid !== store.uid || (socket.mode & 0o077) !== 0) {
    throw new Error(
      `${helper} must be a socket of user ${store.uid}, who owns ${storeDir}, and closed to everybody else: ` +
        'set SocketUser= and SocketMode=0600 in its unit',
    );
  }
}

try {
  await main(process.env);
} catch (error) {
  say(`the root helper cannot run: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
