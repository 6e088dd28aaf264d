/**
 * The one door to the centre. Every page speaks to it through `api`, typed by the OpenAPI document.
 *
 * A change carries the session's CSRF value and an `Idempotency-Key`; a change to what is there carries the version
 * it was decided on (`ifMatch`). A refusal becomes a `Problem`: its code is worded by the page, never by the server.
 */
import createClient, { type Middleware } from "openapi-fetch";

import type { components, paths } from "./schema";

export type Shapes = components["schemas"];

/** A refusal by the centre, or no answer at all (`offline`). `code` is worded by `problem.<code>`. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly params: Record<string, unknown> = {},
    readonly retryAfterS: number | null = null,
  ) {
    super(code);
  }

  /** Whether trying again later, unchanged, can help. */
  get passing(): boolean {
    return this.code === "offline" || this.code === "busy" || this.status >= 500;
  }
}

let csrf = "";
const lost = new Set<(code: string) => void>();

/** Remember the CSRF value of the session. */
export function carry(value: string): void {
  csrf = value;
}

/** Be told when the centre says that nobody is signed in any more. Returns how to stop. */
export function onSessionLost(listen: (code: string) => void): () => void {
  lost.add(listen);
  return () => lost.delete(listen);
}

const SAFE = new Set(["GET", "HEAD"]);

const dressed: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method)) {
      request.headers.set("X-CSRF-Token", csrf);
      if (!request.headers.has("Idempotency-Key"))
        request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    return request;
  },
  onError() {
    return new Problem("offline", 0);
  },
};

export const api = createClient<paths>({
  baseUrl: "/",
  querySerializer: { array: { style: "form", explode: true } },
});
api.use(dressed);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** openapi-fetch forgets how long a tuple is, and the corners of a box are one. */
type Exact<T> = T extends (infer E)[]
  ? Exact<E>[]
  : T extends object
    ? { [K in keyof T]: K extends "xyxy" ? [number, number, number, number] : Exact<T[K]> }
    : T;

/** The body of an answer; a refusal is thrown as a `Problem`. */
export async function told<T>(asked: Promise<Answer<T>>): Promise<Exact<T>> {
  const { data, error, response } = await asked;
  if (response.ok) return data as Exact<T>;
  const problem = problemOf(error, response);
  if (response.status === 401 && (problem.code === "session_expired" || problem.code === "not_signed_in"))
    lost.forEach((listen) => listen(problem.code));
  throw problem;
}

/** What a response that is not ok means. `body` is its parsed body, whatever that was. */
export function problemOf(body: unknown, response: Response): Problem {
  const found = body as Partial<Shapes["ProblemDetail"]> | undefined;
  const wait = Number(response.headers.get("Retry-After"));
  const code = typeof found?.type === "string" ? found.type : response.status >= 500 ? "internal" : "unknown";
  return new Problem(
    code,
    response.status,
    found?.params ?? {},
    Number.isFinite(wait) && wait > 0 ? wait : null,
  );
}

/** The header of a change decided on this version. */
export function ifMatch(version: number): { "If-Match": string; "Idempotency-Key": string } {
  return { "If-Match": `"${version}"`, "Idempotency-Key": crypto.randomUUID() };
}

/** The header of a change that makes something new. Give the same key again when the answer was lost. */
export function once(key: string = crypto.randomUUID()): { "Idempotency-Key": string } {
  return { "Idempotency-Key": key };
}
