import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';

const USAGE = `Kills, stops and cuts off real orchestrators, agents, name servers and Redis, and judges what is left.
  npm run chaos -- [--seconds N] [--seed N] [--hosts N] [--orchestrators N] [--port-base N]
A seed decides what happens; what comes of it depends on the machine as well.
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(1 + Math.floor(Math.random() * 1_000_000)) },
    hosts: { type: 'string', default: '12' },
    orchestrators: { type: 'string', default: '3' },
    'port-base': { type: 'string', default: '26000' },
  },
});

function whole(name: keyof typeof values): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`--${name} takes a whole number from 1 on, not "${values[name]}".\n${USAGE}`);
}

const started = performance.now();
const log = (line: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} ${line}`);
const options = {
  seconds: whole('seconds'),
  seed: whole('seed'),
  hosts: whole('hosts'),
  orchestrators: whole('orchestrators'),
  portBase: whole('port-base'),
};
log(`seed ${options.seed}`);
const report = await runChaos(options, log);
for (const [what, times] of [...report.reached].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${String(times).padStart(6)} ${what}`);
console.log(`${report.events} events, ${report.acknowledged} acknowledged acts`);
for (const fault of report.faults) console.log(`BROKEN: ${fault}`);
console.log(
  report.faults.length === 0 ? 'every promise was kept' : `${report.faults.length} promises broken`,
);
process.exitCode = report.faults.length === 0 ? 0 : 1;
