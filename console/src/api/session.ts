/** Who is signed in: the refresh token is a cookie that no script can read, the access token lives in this page's memory only. */
import { offline, problem } from "./problem";

interface Access { token: string; until: number }
type Listener = (signedIn: boolean) => void;

const AHEAD = 60_000; // milliseconds before its end in which a token is renewed
let access: Access | null = null;
let renewing: Promise<string | null> | null = null;
const listeners = new Set<Listener>();

export function onSession(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function post(path: string, body: object): Promise<Response> {
  try {
    return await fetch(`/api/v1/auth/${path}`, {
      method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
  } catch {
    throw offline();
  }
}

async function take(answer: Response): Promise<string> {
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw problem(answer.status, body);
  // Counted from this page's own clock, so that one that is wrong does no harm.
  access = { token: body.access_token, until: performance.now() + body.expires_in * 1000 };
  listeners.forEach((listener) => listener(true));
  return access.token;
}

export async function signIn(email: string, password: string): Promise<void> {
  await take(await post("login", { email, password, cookie: true }));
}

export async function redeem(token: string): Promise<void> {
  await take(await post("one-time/redeem", { token, cookie: true }));
}

/** A refresh token is good once: of several tabs, one renews at a time. Answers null when nobody is signed in. */
async function renew(): Promise<string | null> {
  const turn = async () => {
    const answer = await post("refresh", { cookie: true });
    if (answer.status === 401 || answer.status === 422) {
      access = null;
      listeners.forEach((listener) => listener(false));
      return null;
    }
    return take(answer);
  };
  return navigator.locks ? navigator.locks.request("retinue.session", turn) : turn();
}

export async function token(fresh = false): Promise<string | null> {
  if (!fresh && access && access.until - AHEAD > performance.now()) return access.token;
  renewing ??= renew().finally(() => { renewing = null; });
  return renewing;
}

export async function signOut(): Promise<void> {
  access = null;
  await post("logout", { cookie: true });
  listeners.forEach((listener) => listener(false));
}
