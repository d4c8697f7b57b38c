/** What was sent from here and is not in the thread yet: kept through failure and reload, and sent under one key until the server has it. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, ask, of } from "@/api/client";
import { liveKey, useStatus } from "@/api/live";
import { asProblem, type Problem } from "@/api/problem";
import { inTurn } from "./data";

export interface Outgoing { key: string; kind: "reply" | "note"; content: string; at: string; problem: { kind: string; detail: string; next: string | null } | null }
const name = (id: string) => `retinue.outbox.${id}`;

function stored(id: string): Outgoing[] {
  try { return JSON.parse(localStorage.getItem(name(id)) ?? "[]") as Outgoing[]; } catch { return []; }
}
function store(id: string, outgoing: Outgoing[]): void {
  try { if (outgoing.length) localStorage.setItem(name(id), JSON.stringify(outgoing)); else localStorage.removeItem(name(id)); } catch { /* a browser that keeps nothing: it lives as long as the page */ }
}
const said = ({ kind, detail, next }: Problem) => ({ kind, detail, next });

export function useOutbox(client: string, id: string) {
  const queries = useQueryClient();
  const { live } = useStatus();
  const [outgoing, setOutgoing] = useState<Outgoing[]>(() => stored(id));
  const flying = useRef(new Set<string>());
  const place = useRef(id);
  if (place.current !== id) { place.current = id; setOutgoing(stored(id)); }

  const change = useCallback((of: string, by: (now: Outgoing[]) => Outgoing[]) => {
    const next = by(stored(of));
    store(of, next);
    if (place.current === of) setOutgoing(next);
  }, []);

  const send = useCallback(async (one: Outgoing) => {
    if (flying.current.has(one.key)) return;
    flying.current.add(one.key);
    change(id, (now) => now.map((other) => (other.key === one.key ? { ...other, problem: null } : other)));
    const options = { headers: { ...of(client), "Idempotency-Key": one.key }, params: { path: { id } }, body: { content: one.content } };
    try {
      if (one.kind === "note") await ask(() => api.POST("/api/v1/chat/conversations/{id}/notes", options));
      else await inTurn(id, () => ask(() => api.POST("/api/v1/chat/conversations/{id}/reply", options)));
      await queries.invalidateQueries({ queryKey: liveKey(client, one.kind === "note" ? "notes" : "thread", id) });
      change(id, (now) => now.filter((other) => other.key !== one.key));
    } catch (error) {
      change(id, (now) => now.map((other) => (other.key === one.key ? { ...other, problem: said(asProblem(error)) } : other)));
    } finally { flying.current.delete(one.key); }
  }, [client, id, queries, change]);

  /** What only waits for the server goes out by itself when the server is back; what it refused waits for a person. */
  useEffect(() => { if (live) for (const one of stored(id)) if (!one.problem || one.problem.kind === "offline" || one.problem.kind === "failed") void send(one); }, [live, id, send]);

  return {
    outgoing,
    add: (kind: Outgoing["kind"], content: string) => {
      const one: Outgoing = { key: crypto.randomUUID(), kind, content, at: new Date().toISOString(), problem: null };
      change(id, (now) => [...now, one]);
      void send(one);
    },
    retry: (one: Outgoing) => void send(one),
    drop: (key: string) => change(id, (now) => now.filter((other) => other.key !== key)),
  };
}
