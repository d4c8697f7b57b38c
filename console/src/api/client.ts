/** The API with its generated types: signed, once only, and with problems thrown. */
import createClient, { type Middleware } from "openapi-fetch";
import { hearTime } from "./clock";
import { asProblem, problem } from "./problem";
import type { components, paths } from "./schema";
import { token } from "./session";

export type Schema = components["schemas"];

const signed: Middleware = {
  async onRequest({ request }) {
    const bearer = await token();
    if (bearer) request.headers.set("Authorization", `Bearer ${bearer}`);
    if (request.method === "POST" && !request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", crypto.randomUUID());
    return request;
  },
  onResponse: ({ response }) => hearTime(response.headers.get("date")),
};

export const api = createClient<paths>({ baseUrl: "", credentials: "same-origin" });
api.use(signed);

type Answered<T> = { data?: T; error?: unknown; response: Response };

/** The body, or a thrown Problem. After a 401 the token is renewed and the request sent once more by `send`. */
export async function ask<T>(send: () => Promise<Answered<T>>): Promise<Exclude<T, string>> {
  let got: Answered<T>;
  try {
    got = await send();
    if (got.response.status === 401 && (await token(true))) got = await send();
  } catch (error) {
    throw asProblem(error);
  }
  if (!got.response.ok) throw problem(got.response.status, got.error);
  return got.data as Exclude<T, string>; // a stream is read with raw
}

/** Headers that name the client whose rows are meant; another's do not exist. */
export const of = (client: string) => ({ "X-Tenant-ID": client });

/** For what has no generated path: files and streams. */
export async function raw(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const bearer = await token();
  if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
  if (init.method === "POST" && !headers.has("Idempotency-Key")) headers.set("Idempotency-Key", crypto.randomUUID());
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, headers });
  } catch (error) {
    throw asProblem(error);
  }
  if (!answer.ok) throw problem(answer.status, await answer.json().catch(() => null));
  return answer;
}
