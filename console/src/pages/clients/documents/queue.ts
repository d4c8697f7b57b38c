/** Files on their way into a client's knowledge: sent a few at a time, then followed until each is read or refused; goes on while other pages are open. */
import { useSyncExternalStore } from "react";
import { api, ask, of, raw } from "@/api/client";
import { asProblem } from "@/api/problem";

export type State = "waiting" | "sending" | "reading" | "done" | "refused";
export interface Sent { id: number; name: string; size: number; state: State; passages?: number; reason?: string | null; next?: string | null }
interface Going extends Sent { file?: File; job?: string }
interface Sendings { files: Going[]; shown: Sent[]; sending: number; following: boolean }

const AT_ONCE = 3, LOOK_AGAIN_MS = 500, BUSY_MS = 3000, LOSE_TRIES = 5;
const all = new Map<string, Sendings>();
const watchers = new Set<() => void>();
const NONE: Sent[] = [];
let count = 0;

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
function sendingsOf(client: string): Sendings {
  const found = all.get(client) ?? { files: [], shown: NONE, sending: 0, following: false };
  all.set(client, found);
  return found;
}
function tell(client: string): void {
  const its = sendingsOf(client);
  its.shown = [...its.files];
  watchers.forEach((watcher) => watcher());
}
function change(client: string, file: Going, to: Partial<Going>): void {
  const its = sendingsOf(client), at = its.files.findIndex(({ id }) => id === file.id);
  if (at < 0) return;
  its.files[at] = Object.assign({}, its.files[at], to);
  tell(client);
}

/** Asked again while the server is busy or away; what it refuses stays refused. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      const found = asProblem(error);
      if (tries >= LOSE_TRIES || (found.kind === "refused" && found.status !== 429)) throw found;
      await wait(BUSY_MS);
    }
  }
}

export function send(client: string, files: File[]): void {
  const its = sendingsOf(client);
  its.files.push(...files.map((file) => ({ id: ++count, name: file.webkitRelativePath || file.name, size: file.size, state: "waiting" as State, file })));
  tell(client);
  while (its.sending < AT_ONCE && its.files.some(({ state }) => state === "waiting")) void sendNext(client);
}

async function sendNext(client: string): Promise<void> {
  const its = sendingsOf(client);
  its.sending++;
  for (let next = its.files.find(({ state }) => state === "waiting"); next; next = its.files.find(({ state }) => state === "waiting")) {
    const going = next;
    change(client, going, { state: "sending" });
    try {
      const form = new FormData();
      form.set("file", going.file!, going.file!.name);
      form.set("document_id", going.name);
      form.set("title", going.file!.name.replace(/\.[^.]+$/, ""));
      const accepted = await patiently(async () => (await raw("/api/v1/rag/ingest", { method: "POST", headers: of(client), body: form })).json() as Promise<{ job_id: string }>);
      change(client, going, { state: "reading", job: accepted.job_id, file: undefined });
      void follow(client);
    } catch (error) {
      const { detail, next } = asProblem(error);
      change(client, going, { state: "refused", reason: detail, next, file: undefined });
    }
  }
  its.sending--;
}

/** The server reads in the order in which files came: the oldest is looked at until it is done. */
async function follow(client: string): Promise<void> {
  const its = sendingsOf(client);
  if (its.following) return;
  its.following = true;
  for (let next = its.files.find(({ state }) => state === "reading"); next; next = its.files.find(({ state }) => state === "reading")) {
    const going = next;
    try {
      const status = await patiently(() => ask(() => api.GET("/api/v1/rag/ingest/{job_id}", { headers: of(client), params: { path: { job_id: going.job! } } })));
      if (status.status === "completed") change(client, going, { state: "done", passages: status.chunks_processed });
      else if (status.status === "refused") change(client, going, { state: "refused", reason: status.reason, next: status.next });
      else await wait(LOOK_AGAIN_MS);
    } catch (error) {
      const { detail, next } = asProblem(error);
      change(client, going, { state: "refused", reason: detail, next });
    }
  }
  its.following = false;
}

/** What has ended is not listed any more. */
export function clear(client: string): void {
  const its = sendingsOf(client);
  its.files = its.files.filter(({ state }) => state !== "done" && state !== "refused");
  tell(client);
}

export function useSent(client: string): Sent[] {
  return useSyncExternalStore((watcher) => { watchers.add(watcher); return () => { watchers.delete(watcher); }; }, () => all.get(client)?.shown ?? NONE);
}
