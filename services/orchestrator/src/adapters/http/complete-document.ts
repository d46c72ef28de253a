import { OPERATION_NOTES, type OperationNote } from './operation-notes.ts';
import { problemResponses, problemsOf } from './operation-problems.ts';

interface Parameter {
  name: string;
  in: string;
  schema: Readonly<Record<string, unknown>>;
  example?: string;
}

interface Response {
  description: string;
  content?: Record<string, object>;
}

interface Body {
  content: Record<string, { schema: object; example?: unknown }>;
}

interface Call {
  summary?: string;
  parameters?: Parameter[];
  requestBody?: Body;
  responses: Record<string, Response>;
  [more: string]: unknown;
}

/** An OpenAPI document, as far as it is completed here. */
export interface Document {
  paths?: Record<string, Record<string, Call>>;
  components?: { schemas?: Record<string, object>; [more: string]: unknown };
  [more: string]: unknown;
}

/** The note of a route. @throws where there is none, so that no call stays undocumented. */
export function noteOf(method: string, route: string): OperationNote {
  const name = `${method.toUpperCase()} ${route}`;
  const note = OPERATION_NOTES[name];
  if (note === undefined) throw new Error(`${name} is not in the table of operation notes`);
  return note;
}

/** Adds to each call what its schemas do not say: name, description, examples, and every problem with its code. */
export function completed(document: Document): Document {
  const paths = mapped(document.paths ?? {}, (calls, path) =>
    mapped(calls, (call, method) => completedCall(path, method, call)),
  );
  return { ...document, paths };
}

function mapped<A, B>(
  record: Readonly<Record<string, A>>,
  to: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value, key)] as const));
}

function completedCall(path: string, method: string, call: Call): Call {
  const note = noteOf(method, path.replaceAll(/\{(\w+)\}/g, ':$1'));
  const guarded = path.startsWith('/v1/');
  const problems = problemsOf({ guarded, writes: method === 'post', own: note.problems ?? [] });
  const { default: _component, ...responses } = call.responses;
  return {
    operationId: note.id,
    ...call,
    description: note.description,
    ...(call.parameters && {
      parameters: call.parameters.filter(isDocumented).map((one) => shown(path, one)),
    }),
    ...(call.requestBody && { requestBody: withExample(call.requestBody, note.example) }),
    ...(!guarded && { security: [] }),
    responses: { ...successes(responses, note), ...problemResponses(problems) },
  };
}

/** OpenAPI has `Accept` said by the media types of the answers, and ignores a parameter of that name. */
function isDocumented({ name }: Parameter): boolean {
  return name.toLowerCase() !== 'accept';
}

const EXAMPLES: Readonly<Record<string, string>> = { digest: 'f579a7'.padEnd(64, '0') };

const IDS: Readonly<Record<string, string>> = { '/v1/hosts/': 'ns2.fra', '/v1/tokens/': 't-7' };

function shown(path: string, parameter: Parameter): Parameter {
  if (parameter.in !== 'path') return parameter;
  const folder = Object.keys(IDS).find((start) => path.startsWith(start)) ?? '';
  return { ...parameter, example: EXAMPLES[parameter.name] ?? IDS[folder] ?? 'r-1' };
}

function withExample(body: Body, example: unknown): Body {
  return { ...body, content: mapped(body.content, (media) => ({ ...media, example })) };
}

const MEANINGS: Readonly<Record<string, string>> = {
  '200': 'Done, or found.',
  '201': 'Stored.',
  '503': 'It cannot, and why.',
};

function successes(
  responses: Record<string, Response>,
  { texts = {} }: OperationNote,
): Record<string, Response> {
  const asText = mapped(texts, (description) => ({ schema: { type: 'string', description } }));
  const all: Record<string, Response> =
    Object.keys(responses).length > 0 ? responses : { '200': { description: '' } };
  return mapped(
    all,
    (response, status): Response => ({
      ...response,
      description: MEANINGS[status] ?? response.description,
      ...(Object.keys(texts).length > 0 && { content: { ...response.content, ...asText } }),
    }),
  );
}
