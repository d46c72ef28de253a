import type { Clock } from '@breakwater/shared';
import { EXIT, type ConsoleOrder, type OrderVerb, type Outcome } from '../../core/console.ts';
import type { ConsoleStatus } from '../../core/console-status.ts';
import type { Command } from './arguments.ts';
import { follow } from './follow.ts';
import type { Finding, Operated } from './interface.ts';
import { findingsExit, findingsText, statusExit, statusText } from './text.ts';

/** What a command works with. */
export interface Means {
  clock: Clock;
  print(text: string): void;
  /** The agent that runs; `null` when none does. */
  running(): Promise<Operated | null>;
  /** The same without an agent, and without touching anything. */
  look(): Promise<ConsoleStatus>;
  verify(): Promise<Finding[]>;
  /** An agent in this process for one order, while no other one runs. */
  alone(verb: OrderVerb): Promise<Operated>;
}

/** Carries a command out. @returns the exit code. @throws what keeps it from being done. */
export async function carryOut(command: Command, means: Means): Promise<number> {
  const { verb, json, reason } = command;
  switch (verb) {
    case 'status': {
      const agent = await means.running();
      const status = agent === null ? await means.look() : await agent.status();
      means.print(json ? `${JSON.stringify({ ...status, exit: statusExit(status) })}\n` : statusText(status));
      return statusExit(status);
    }
    case 'verify': {
      const findings = await means.verify();
      const exit = findingsExit(findings);
      means.print(json ? `${JSON.stringify({ findings, exit })}\n` : findingsText(findings));
      return exit;
    }
    case 'revert':
    case 'restart':
    case 'repair':
    case 'adopt':
      return order({ verb, reason }, json, means);
    default:
      return verb satisfies never;
  }
}

async function order(wanted: ConsoleOrder, json: boolean, means: Means): Promise<number> {
  const agent = (await means.running()) ?? (await means.alone(wanted.verb));
  const outcome = await agent.operate(wanted);
  const say = (text: string): void => {
    if (!json) means.print(text);
  };
  if (outcome.result === 'started') say(`${outcome.text}\n`);
  const end =
    outcome.result === 'started'
      ? await follow(agent, means.clock, say)
      : { exit: exitOf(outcome.result), phase: null, text: outcome.text };
  const { text, exit, phase } = end;
  const whole = { verb: wanted.verb, result: outcome.result, phase, text, exit };
  means.print(json ? `${JSON.stringify(whole)}\n` : `${markOf(exit)} ${text}\n`);
  return exit;
}

function exitOf(result: Exclude<Outcome['result'], 'started'>): number {
  switch (result) {
    case 'done':
    case 'nothing':
      return EXIT.good;
    case 'unhealthy':
      return EXIT.notGood;
    case 'refused':
      return EXIT.refused;
    case 'failed':
      return EXIT.failed;
    default:
      return result satisfies never;
  }
}

function markOf(exit: number): string {
  return exit === EXIT.good ? '✔' : '✘';
}
