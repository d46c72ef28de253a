import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { TextDiff } from './interface.ts';

/** Lines added and removed. The time grows with its square, and nothing else is done meanwhile: 0.3 s at worst. */
const MOST_EDITS = 500;

export const jsdiff: TextDiff = (before, after) =>
  createTwoFilesPatch(before.name, after.name, before.text, after.text, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: MOST_EDITS,
  }) ?? null;
