import { bare, tokenize } from './lexer.ts';

/** A statement: words (without quotes) and blocks, in the order in which they stand. */
export type Statement = readonly (string | readonly Statement[])[];

/** Reads a configuration in canonical form (`named-checkconf -p -x`) as nested statements. */
export function parseStatements(text: string): Statement[] {
  const outermost: Statement[] = [];
  const open: { statements: Statement[]; current: (string | Statement[])[] }[] = [
    { statements: outermost, current: [] },
  ];
  for (const { text: found, kind } of tokenize(text)) {
    const inner = open.at(-1);
    if (inner === undefined) break;
    if (kind === 'word') inner.current.push(bare(found));
    else if (kind === '{') open.push({ statements: [], current: [] });
    else if (kind === '}') {
      open.pop();
      open.at(-1)?.current.push(inner.statements);
    } else {
      if (inner.current.length > 0) inner.statements.push(inner.current);
      inner.current = [];
    }
  }
  return outermost;
}

/** The words of a statement that stand outside its blocks: `zone`, its name, its class. */
export function wordsOf(statement: Statement): string[] {
  return statement.filter((part) => typeof part === 'string');
}

/** What stands in the first block of a statement. */
export function bodyOf(statement: Statement | undefined): readonly Statement[] {
  return statement?.find((part) => typeof part !== 'string') ?? [];
}

/** The first statement with a keyword. */
export function find(statements: readonly Statement[], keyword: string): Statement | undefined {
  return statements.find(([first]) => first === keyword);
}

/** Every statement with a keyword. */
export function all(statements: readonly Statement[], keyword: string): Statement[] {
  return statements.filter(([first]) => first === keyword);
}

/** Writes a statement on one line, for people and for comparing. */
export function inOneLine(statement: Statement): string {
  return statement
    .map((part) =>
      typeof part === 'string' ? part : `{ ${part.map((each) => `${inOneLine(each)}; `).join('')}}`,
    )
    .join(' ');
}
