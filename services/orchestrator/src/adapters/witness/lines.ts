import { sha256 } from '@breakwater/shared';
import { z } from 'zod';
import type { News } from './interface.ts';

const Act = z.looseObject({
  seq: z.int().min(1),
  hash: z.string(),
  at: z.number(),
  type: z.string(),
  by: z.string(),
  reason: z.string(),
  rollout: z.string().optional(),
  verb: z.string().optional(),
  host: z.string().optional(),
  asked: z.looseObject({ title: z.string(), bundle: z.string(), hosts: z.number() }).optional(),
});
const Line = z.looseObject({
  head: z.looseObject({ seq: z.int().min(1), hash: z.string() }).optional(),
  claim: z.looseObject({ seq: z.int().min(1), from: z.string() }).optional(),
  acts: z.array(Act).default([]),
});

const SUM_LENGTH = 16;

/** One line of a witness file: a checksum, a space, and what is new as JSON. */
export function encodeNews(news: News): string {
  const json = JSON.stringify(news);
  return `${sumOf(json)} ${json}\n`;
}

/**
 * Reads the lines of a witness file. A line that is not whole was torn when its machine stopped, or is damaged: it is
 * left out, and what the other lines say holds.
 */
export function decodeNews(text: string): { news: News[]; damaged: number } {
  const lines = text.split('\n').filter((line) => line !== '');
  const news = lines.flatMap((line) => decodeLine(line) ?? []);
  return { news, damaged: lines.length - news.length };
}

function decodeLine(line: string): News | null {
  const json = line.slice(SUM_LENGTH + 1);
  if (line.slice(0, SUM_LENGTH) !== sumOf(json)) return null;
  try {
    const { head, claim, acts } = Line.parse(JSON.parse(json));
    return { ...(head && { head }), ...(claim && { claim }), acts };
  } catch {
    return null;
  }
}

function sumOf(json: string): string {
  return sha256(json).slice(0, SUM_LENGTH);
}
