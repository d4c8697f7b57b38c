/** One socket a tab: what happens is told as it happens, resumed by event number after a break, and polled every 30 s without a socket. */
import type { Query, QueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Schema } from "./client";
import type { components } from "./events";
import { onSession, token } from "./session";

type Told = components["schemas"];
export type Moment = Schema["Moment"];
type Frame = Told["live.told"];
type Heard = Partial<Told["live.heard"]> & Pick<Told["live.heard"], "type">;

export interface Status { live: boolean; delay: number | null; event: number; since: number }

const SOON = 60, BUSY = 400, SHARE = 5, PATIENCE = 300, POLL = 30_000, PING = 15_000, SLOWEST = 10_000;
const listeners = new Set<(moment: Moment) => void>();
const watchers = new Set<() => void>();
const heads = new Map<string, number>();
let status: Status = { live: false, delay: null, event: 0, since: Date.now() };

function tell(change: Partial<Status>): void {
  status = { ...status, ...change };
  watchers.forEach((watcher) => watcher());
}

let running: (() => void) | null = null;

/** The socket of this tab, while somebody is signed in; opened before anything is read, so that nothing falls between. */
export function listen(queries: QueryClient): void {
  running ??= live(queries);
}
export function hushed(): void {
  running?.();
  running = null;
}

/** Starts the socket; answers the function that ends it. */
function live(queries: QueryClient): () => void {
  let socket: WebSocket | null = null, ended = false, tries = 0, pinged = 0;
  let again: ReturnType<typeof setTimeout> | undefined;
  const changed = new Set<string>(); // clients, or * for all
  let refreshing: ReturnType<typeof setTimeout> | undefined, refreshed = 0, took = 0;

  const say = (frame: Heard) => socket?.send(JSON.stringify(frame));
  const refresh = (client: string | null) => {
    changed.add(client ?? "*");
    // At once when it is quiet; when much happens some times a second, and less often the longer it takes.
    refreshing ??= setTimeout(async () => {
      const meant = new Set(changed);
      changed.clear();
      refreshing = undefined;
      refreshed = performance.now();
      const predicate = ({ queryKey: [scope, id] }: Query) => scope === "live" && (id === "all" || meant.has("*") || meant.has(String(id)));
      await queries.invalidateQueries({ predicate, refetchType: "none" });
      // One by one: all at once would hold up what happens meanwhile, on the server and here. One that is slow is not waited for.
      for (const { queryKey } of queries.getQueryCache().findAll({ type: "active", predicate })) {
        await Promise.race([queries.refetchQueries({ queryKey, exact: true }), new Promise((go) => setTimeout(go, PATIENCE))]);
      }
      took = performance.now() - refreshed;
    }, Math.max(SOON, refreshed + Math.max(BUSY, SHARE * took) - performance.now()));
  };

  const hear = (frame: Frame) => {
    if (frame.type === "hello") {
      for (const [client, number] of Object.entries(frame.heads)) if (!heads.has(client)) heads.set(client, number);
      tell({ live: true, since: Date.now() });
      ping(); // not before: it would wait for the hello
    } else if (frame.type === "moment") {
      const { client_id: client, number } = frame.moment;
      if (number <= (heads.get(client) ?? 0)) return; // a repeat
      heads.set(client, number);
      tell({ event: Math.max(status.event, number) });
      listeners.forEach((listener) => listener(frame.moment));
    } else if (frame.type === "handled") refresh(frame.client_id);
    else if (frame.type === "reset") {
      if (frame.client_id) heads.delete(frame.client_id); else heads.clear();
      refresh(frame.client_id);
    } else if (frame.type === "pong") tell({ delay: Math.round(performance.now() - pinged) });
  };

  const open = async () => {
    const bearer = await token().catch(() => null);
    if (ended) return;
    if (!bearer) { later(); return; }
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`);
    socket.onopen = () => {
      tries = 0;
      say({ type: "auth", token: bearer });
      say({ type: "watch", ...(heads.size ? { heads: Object.fromEntries(heads) } : {}) });
      if (heads.size) refresh(null); // what has no card may have changed meanwhile too
    };
    socket.onmessage = (message) => hear(JSON.parse(message.data as string) as Frame);
    socket.onclose = () => { tell({ live: false, delay: null, since: Date.now() }); later(); };
  };
  const later = () => {
    if (ended) return;
    again = setTimeout(open, Math.min(SLOWEST, 250 * 2 ** tries++) * (0.75 + Math.random() / 2));
  };
  const ping = () => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    pinged = performance.now();
    say({ type: "ping" });
  };
  const pinging = setInterval(async () => {
    ping();
    const bearer = await token().catch(() => null); // renewed on the open socket before the old one ends
    if (bearer && socket?.readyState === WebSocket.OPEN) say({ type: "auth", token: bearer });
  }, PING);
  const polling = setInterval(() => { if (!status.live) refresh(null); }, POLL);
  const forget = onSession((signedIn) => { if (!signedIn) { heads.clear(); socket?.close(); } });
  const back = () => { clearTimeout(again); if (!socket || socket.readyState > WebSocket.OPEN) void open(); };
  window.addEventListener("online", back);
  void open();
  return () => {
    ended = true;
    clearTimeout(again); clearTimeout(refreshing); clearInterval(pinging); clearInterval(polling);
    forget();
    window.removeEventListener("online", back);
    if (socket) { socket.onclose = null; socket.close(); }
  };
}

/** The last number heard of a client's log; 0 before anything was heard. */
export const headOf = (client: string): number => heads.get(client) ?? 0;

/** Every moment as it is told, newest last. */
export function useMoments(hear: (moment: Moment) => void): void {
  const latest = useRef(hear);
  latest.current = hear;
  useEffect(() => {
    const listener = (moment: Moment) => latest.current(moment);
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }, []);
}

export function useStatus(): Status {
  return useSyncExternalStore((watcher) => { watchers.add(watcher); return () => { watchers.delete(watcher); }; }, () => status);
}

/** When the line stands again after a break, which may have hidden something. */
export function useBack(again: () => void): void {
  const { live } = useStatus();
  const before = useRef(false);
  useEffect(() => { if (live && before.current) again(); if (live) before.current = true; }, [live]);
}

/** Keys of queries that are read again when that client's log grew, or anybody's. */
export const liveKey = (client: string | "all", ...rest: unknown[]) => ["live", client, ...rest];
