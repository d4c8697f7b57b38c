/** Files on their way to a client: four at a time, each with what became of it; it goes on while one looks at other pages. */
import { useSyncExternalStore } from "react";
import { raw } from "@/api/client";
import { asProblem } from "@/api/problem";
import type { Given, Passed } from "./files";

export interface Sent { path: string; size: number; state: "waits" | "goes" | "there" | "refused" | "failed"; reason?: string; next?: string | null; id?: string }
export interface Sending { client: string; name: string; files: Sent[]; passed: Passed[]; ended: boolean; stopped: boolean }
export type Send = (client: string, given: Given, signal: AbortSignal) => Promise<string>;

const AT_ONCE = 4, TRIES = 6;

/** Sends one file; answers its id. */
export const send: Send = async (client, { path, file }, signal) => {
  const form = new FormData();
  form.append("file", file, path);
  const answer = await raw("/api/v1/research/files", { method: "POST", body: form, headers: { "X-Tenant-ID": client }, signal });
  return ((await answer.json()) as { file_id: string }).file_id;
};

export class Batch {
  now: Sending;
  /** The job that reads them, once it began. */
  job: string | undefined;
  private watchers = new Set<() => void>();
  private stopping = new AbortController();
  private telling = 0;
  private working: Promise<void> | null = null;

  constructor(client: string, name: string, private given: Given[], passed: Passed[], private sendOne: Send = send, private wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))) {
    this.now = { client, name, passed, files: given.map(({ path, file }) => ({ path, size: file.size, state: "waits" })), ended: false, stopped: false };
  }

  watch = (watcher: () => void) => { this.watchers.add(watcher); return () => { this.watchers.delete(watcher); }; };
  read = () => this.now;

  /** Resolves when every file is there, refused, or has failed too often. */
  run(): Promise<void> {
    this.working ??= this.work().finally(() => { this.working = null; });
    return this.working;
  }

  private async work(): Promise<void> {
    this.now = { ...this.now, ended: false };
    const queue = this.now.files.flatMap((file, at) => (file.state === "waits" ? [at] : []));
    const worker = async () => { for (let at = queue.shift(); at !== undefined && !this.now.stopped; at = queue.shift()) await this.one(at); };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    this.now = { ...this.now, ended: !this.now.stopped };
    this.tell(true);
  }

  private async one(at: number): Promise<void> {
    this.set(at, { state: "goes" });
    for (let tried = 1; ; tried++) {
      try {
        this.set(at, { state: "there", id: await this.sendOne(this.now.client, this.given[at]!, this.stopping.signal), reason: undefined });
        return;
      } catch (error) {
        if (this.now.stopped) { this.set(at, { state: "waits" }); return; }
        const found = asProblem(error);
        const busy = found.status === 429;
        if (found.kind === "refused" && !busy && found.status !== 408) { this.set(at, { state: "refused", reason: found.detail, next: found.next }); return; }
        if (tried >= TRIES) { this.set(at, { state: "failed", reason: found.detail, next: found.next }); return; }
        await this.wait(Math.min(busy ? 15_000 : 8000, 500 * 2 ** tried));
      }
    }
  }

  /** Those that failed are sent once more. */
  again(): Promise<void> {
    this.now = { ...this.now, files: this.now.files.map((file) => (file.state === "failed" ? { ...file, state: "waits", reason: undefined } : file)) };
    this.tell(true);
    return this.run();
  }

  stop(): void {
    this.now = { ...this.now, stopped: true };
    this.stopping.abort();
    this.tell(true);
  }

  get ids(): string[] { return this.now.files.flatMap((file) => (file.id ? [file.id] : [])); }

  private set(at: number, change: Partial<Sent>): void {
    const files = this.now.files;
    files[at] = { ...files[at]!, ...change }; // one array for a thousand files; the page is told of a new one when it looks
    this.tell(false);
  }

  /** A page is told ten times a second at most. */
  private tell(now: boolean): void {
    const out = () => { this.telling = 0; this.now = { ...this.now, files: [...this.now.files] }; this.watchers.forEach((watcher) => watcher()); };
    if (now) out(); else this.telling ||= window.setTimeout(out, 100);
  }
}

/** Of each client the files that are being sent from this page. */
const batches = new Map<string, Batch>();
export const batchOf = (client: string): Batch | undefined => batches.get(client);
export function keepBatch(batch: Batch): void { batches.set(batch.now.client, batch); }
const nothing = () => undefined, never = () => () => undefined;
export function useBatch(client: string | undefined): Sending | undefined {
  const batch = client ? batches.get(client) : undefined;
  return useSyncExternalStore<Sending | undefined>(batch?.watch ?? never, batch?.read ?? nothing);
}

/** Leaving the page ends what is on its way; the browser asks first. */
window.addEventListener("beforeunload", (event) => { if ([...batches.values()].some(({ now }) => !now.ended && !now.stopped)) event.preventDefault(); });
