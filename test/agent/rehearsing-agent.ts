// Rehearses a tree until somebody ends it: what an agent does, for tests in which it is killed or is not root.
import {
  openRehearsal,
  type RehearsalOptions,
} from '../../services/agent/src/adapters/rehearsal/named-rehearsal.ts';

const { tree, ...options } = JSON.parse(process.argv[2] ?? '{}') as RehearsalOptions & { tree: string };
const rehearsal = await openRehearsal(options);
if (rehearsal.unavailable !== null) throw new Error(rehearsal.unavailable);
const stage = await rehearsal.open(tree, null);
const asked = async (): Promise<string> => {
  const answer = await stage.dns.ask({ name: 'example.com', type: 'SOA', transport: 'tcp', timeoutMs: 200 });
  return answer.kind === 'none' ? answer.cause : `${answer.rcode} ${answer.serial}`;
};
while (stage.state().is === 'running' && !(await asked()).startsWith('NOERROR'));
console.log(`${await asked()} ${await stage.log()}`);
process.stdin.resume();
process.stdin.on('end', () => void stage.close());
