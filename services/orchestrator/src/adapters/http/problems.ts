import {
  BreakwaterError,
  ERRORS,
  type ErrorCode,
  type Problem,
  toFaults,
  toProblem,
} from '@breakwater/shared';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';

const PROBLEM_TYPE = 'application/problem+json';

/** Errors of fastify itself that are the caller's, as our catalogue calls them. */
const TRANSLATED: Readonly<Record<string, [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is larger than this call takes.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'This call takes application/json only.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed_json', 'The body is not as long as content-length says.'],
  FST_ERR_BAD_URL: ['not_found', 'The path is not a valid URL.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'A part of the path is too long to be an id.'],
};

function notFound(): BreakwaterError {
  return new BreakwaterError('not_found', 'Nothing is here.');
}

/** What went wrong, as one of our own errors; whatever nobody expected is `internal`. */
function asBreakwaterError(error: unknown): BreakwaterError {
  if (error instanceof BreakwaterError) return error;
  const [code, detail] = TRANSLATED[(error as FastifyError | undefined)?.code ?? ''] ?? [
    'internal',
    'The log has the cause, under this request id.',
  ];
  return new BreakwaterError(code, detail, { cause: error });
}

/**
 * Answers an error as problem+json. The log gets the code and, when it is our fault, the cause; never the
 * detail or the paths, which repeat what the caller sent.
 */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asBreakwaterError(thrown);
  const { status } = ERRORS[error.code];
  if (error.code === 'internal')
    request.log.error({ err: error.cause ?? error }, 'request failed unexpectedly');
  else if (status >= 500)
    request.log.warn({ code: error.code, err: error.cause }, 'request could not be served');
  const problem: Problem & { requestId: string } = { ...toProblem(error), requestId: request.id };
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  // Serialised here: a route's own serializer is for its own answers.
  return reply.code(status).type(PROBLEM_TYPE).serializer(String).send(JSON.stringify(problem));
}

/** Makes every error of a server a problem. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => sendProblem(notFound(), request, reply));
}

/**
 * Checks a part of a request by its zod schema. An id in the path that no id can look like names nothing, so it
 * is `not_found`; everything else is reported with all its faults.
 */
export function validatorCompiler({ schema, httpPart }: { schema: z.ZodType; httpPart?: string }) {
  return (value: unknown): { value: unknown } | { error: Error } => {
    const result = schema.safeParse(value);
    if (result.success) return { value: result.data };
    if (httpPart === 'params') return { error: notFound() };
    return { error: BreakwaterError.fromFaults(toFaults(result.error)) };
  };
}
