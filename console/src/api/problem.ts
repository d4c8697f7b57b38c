/** What goes wrong, in the server's own words or in ours when it does not answer. */

export type Trouble = "offline" | "refused" | "failed" | "older";

export class Problem extends Error {
  constructor(
    readonly kind: Trouble,
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly next: string | null,
    readonly trace: string | null = null,
  ) {
    super(detail);
  }
}

interface Sent { type?: string; title?: string; status?: number; detail?: string; next?: string | null; trace_id?: string | null }

/** From a problem+json body (RFC 9457), or from whatever came instead. */
export function problem(status: number, body: unknown): Problem {
  const sent = (typeof body === "object" && body !== null ? body : {}) as Sent;
  if (status === 404 && sent.type === "/problems/404") {
    return new Problem("older", status, "Unknown to this server", "This page asked for something that the server does not know: one of them is older than the other.", "Reload the page; if it stays, start the server again after its update.", sent.trace_id);
  }
  const detail = sent.detail || sent.title || `The server answered ${status}.`;
  return new Problem(status >= 500 ? "failed" : "refused", status, sent.title ?? "Refused", detail, sent.next ?? null, sent.trace_id);
}

export function offline(): Problem {
  return new Problem("offline", 0, "No connection", "The server does not answer.", "What you wrote stays here; it goes on when the server is back.");
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return offline(); // what fetch throws without an answer
  return new Problem("failed", 0, "This page failed", error instanceof Error ? error.message : String(error), "Reload the page.");
}
