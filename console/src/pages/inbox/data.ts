/** What the inbox reads, and what may be done in it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";
import { asProblem, Problem } from "@/api/problem";
import type { IconName } from "@/kit/Icon";

export type Line = Schema["InboxLine"];
export type Said = Schema["StaffMessage"];
export type Handover = Schema["Handover"];
export type Box = "yours" | "waiting" | "all";
export interface Filters { box: Box; search: string; channel: string; status: string }
interface Page<T> { items: T[]; next_cursor?: string | null }

const LINES = 100, MESSAGES = 50;

interface Paged<T> { key: readonly unknown[]; read: (cursor?: string) => Promise<Page<T>>; idOf: (item: T) => string; /** Whether an item comes after the last of a page. */ beyond: (item: T, last: T) => boolean; enabled?: boolean }

/** A list whose first page is read again when something happens; what was read beyond it stays where it is. */
export function usePaged<T>({ key, read, idOf, beyond, enabled = true }: Paged<T>) {
  const name = JSON.stringify(key);
  const head = useQuery({ queryKey: key, queryFn: () => read(), enabled });
  const [tail, setTail] = useState<{ name: string; items: T[]; cursor: string | null }>({ name, items: [], cursor: null });
  const [busy, setBusy] = useState(false);
  const kept = useRef<{ name: string; page: Page<T> } | null>(null);
  useEffect(() => {
    if (!head.data) return;
    const before = kept.current?.name === name ? kept.current.page : null;
    kept.current = { name, page: head.data };
    setTail((now) => {
      if (!before || now.name !== name) return { name, items: [], cursor: head.data.next_cursor ?? null };
      const last = head.data.items.at(-1);
      if (!last || !head.data.next_cursor) return { name, items: [], cursor: null };
      const has = new Set(head.data.items.map(idOf));
      const items = [...before.items, ...now.items].filter((item) => !has.has(idOf(item)) && beyond(item, last) && has.add(idOf(item)));
      return { name, items, cursor: now.cursor };
    });
  }, [head.data, name]);
  const more = useCallback(async () => {
    if (busy || !tail.cursor || tail.name !== name) return;
    setBusy(true);
    try {
      const page = await read(tail.cursor);
      setTail((now) => {
        if (now.name !== name) return now;
        const has = new Set([...(kept.current?.page.items ?? []), ...now.items].map(idOf));
        return { name, items: [...now.items, ...page.items.filter((item) => !has.has(idOf(item)))], cursor: page.next_cursor ?? null };
      });
    } finally { setBusy(false); }
  }, [busy, tail, name, read]);
  const items = useMemo(() => {
    const first = head.data?.items ?? [], has = new Set(first.map(idOf));
    return [...first, ...(tail.name === name ? tail.items.filter((item) => !has.has(idOf(item))) : [])];
  }, [head.data, tail, name]);
  return { query: head, items, more: { has: tail.name === name && tail.cursor !== null, busy, read: more } };
}

export function useLines({ box, search, channel, status }: Filters) {
  const at = (line: Line) => (box === "waiting" ? line.waiting_since! : line.last_message_at);
  return usePaged<Line>({
    key: liveKey("all", "inbox", box, search, channel, status),
    read: (cursor) => ask(() => api.GET("/api/v1/inbox", { params: { query: { box, limit: LINES, ...(cursor ? { cursor } : {}), ...(search ? { search } : {}), ...(channel ? { channel } : {}), ...(status ? { status: status as Line["status"] } : {}) } } })),
    idOf: (line) => line.conversation_id,
    beyond: (line, last) => (box === "waiting" ? at(line) > at(last) : at(line) < at(last)),
  });
}

export function useCounts() {
  return useQuery({ queryKey: liveKey("all", "inbox counts"), queryFn: () => ask(() => api.GET("/api/v1/inbox/counts", {})) });
}

const conversationKey = (client: string, id: string) => liveKey(client, "conversation", id);
const actingKey = (client: string, id: string) => ["acting", client, id];
const threadKey = (client: string, id: string) => liveKey(client, "thread", id);

/** As the server says, with what is being done to it from here until that has its answer; `acting` meanwhile. */
export function useConversation(client: string, id: string) {
  const query = useQuery({ queryKey: conversationKey(client, id), enabled: Boolean(id), queryFn: () => ask(() => api.GET("/api/v1/inbox/{conversation_id}", { headers: of(client), params: { path: { conversation_id: id } } })) });
  const { data: shown } = useQuery<Partial<Line> | null>({ queryKey: actingKey(client, id), enabled: false, initialData: null, queryFn: () => null });
  const line = useMemo(() => (query.data && shown ? { ...query.data, ...shown } : query.data), [query.data, shown]);
  return { query, line, acting: shown !== null };
}

/** Newest first; `handovers` of the pages that were read. */
export function useThread(client: string, id: string) {
  const [handovers, setHandovers] = useState<Record<string, Handover>>({});
  const read = useCallback(async (cursor?: string) => {
    const page = await ask(() => api.GET("/api/v1/inbox/{conversation_id}/thread", { headers: of(client), params: { path: { conversation_id: id }, query: { limit: MESSAGES, ...(cursor ? { cursor } : {}) } } }));
    setHandovers((now) => ({ ...now, ...Object.fromEntries(page.handovers.map((one) => [one.handover_id, one])) }));
    return page;
  }, [client, id]);
  const paged = usePaged<Said>({ key: threadKey(client, id), read, idOf: (message) => message.message_id, beyond: (message, last) => message.position < last.position, enabled: Boolean(id) });
  return { ...paged, handovers };
}

export function useNotes(client: string, id: string) {
  return useQuery({ queryKey: liveKey(client, "notes", id), enabled: Boolean(id), queryFn: () => ask(() => api.GET("/api/v1/chat/conversations/{id}/notes", { headers: of(client), params: { path: { id } } })) });
}

export function useWhy(client: string, conversation: string, message: string | undefined) {
  return useQuery({
    queryKey: ["why", client, conversation, message], enabled: Boolean(message && conversation), staleTime: Infinity,
    queryFn: () => ask(() => api.GET("/api/v1/chat/conversations/{id}/messages/{message_id}/why", { headers: of(client), params: { path: { id: conversation, message_id: message! } } })),
  });
}

export function useContact(client: string, id: string | null | undefined) {
  return useQuery({ queryKey: liveKey(client, "contact", id), enabled: Boolean(id), queryFn: () => ask(() => api.GET("/api/v1/contacts/{contact_id}", { headers: of(client), params: { path: { contact_id: id! } } })) });
}

export function useBefore(client: string, id: string | null | undefined) {
  return useQuery({ queryKey: liveKey(client, "contact's conversations", id), enabled: Boolean(id), queryFn: () => ask(() => api.GET("/api/v1/contacts/{contact_id}/conversations", { headers: of(client), params: { path: { contact_id: id! } } })) });
}

/** Drafted for the visitor's last message, while a person has the conversation. */
export function useSuggestions(client: string, id: string, message: string | undefined, wanted: boolean) {
  return useQuery({
    queryKey: ["suggestions", client, id, message], enabled: wanted && Boolean(message), staleTime: Infinity, retry: false,
    queryFn: async () => {
      const drafted = await ask(() => api.POST("/api/v1/chat/conversations/{id}/suggestions", { headers: { ...of(client), Prefer: "wait=60" }, params: { path: { id } } }));
      if (!("items" in drafted)) throw new Problem("failed", 202, "Not drafted yet", "Drafting takes longer than a minute.", "Write your own, or try again.");
      return drafted;
    },
  });
}

/** Taking, giving back and ending: shown at once, and taken back when the server refuses. */
const turns = new Map<string, Promise<unknown>>();

/** What is done in one conversation goes out one after the other: a reply not before its take-over, nor handing back before the reply. */
export function inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
  const mine = (turns.get(id) ?? Promise.resolve()).catch(() => undefined).then(act);
  turns.set(id, mine);
  void mine.catch(() => undefined).then(() => { if (turns.get(id) === mine) turns.delete(id); });
  return mine;
}

export function useActs(client: string, id: string, me: string | undefined) {
  const queries = useQueryClient();
  const change = async (shown: Partial<Line>, send: () => Promise<Partial<Line>>) => {
    const key = conversationKey(client, id), acting = actingKey(client, id);
    queries.setQueryData(acting, shown);
    try {
      const said = await inTurn(id, send);
      await queries.cancelQueries({ queryKey: key }); // a reading that began before knows nothing of it
      queries.setQueryData<Line>(key, (now) => now && { ...now, status: said.status ?? now.status, taken_by: said.taken_by ?? null, waiting_since: said.waiting_since ?? null, ended_at: said.ended_at ?? null, ...(shown.taken_by_name === null ? { taken_by_name: null } : {}) });
    } catch (error) { throw asProblem(error); } finally {
      if (queries.getQueryData(acting) === shown) queries.setQueryData(acting, null);
      for (const one of [key, threadKey(client, id), liveKey("all", "inbox"), liveKey("all", "inbox counts")]) void queries.invalidateQueries({ queryKey: one });
    }
  };
  const path = { headers: of(client), params: { path: { id } } };
  return {
    take: () => change({ status: "taken", taken_by: me ?? null, taken_by_name: null, waiting_since: null }, () => ask(() => api.POST("/api/v1/chat/conversations/{id}/take", path))),
    giveBack: () => change({ status: "open", taken_by: null, taken_by_name: null }, () => ask(() => api.POST("/api/v1/chat/conversations/{id}/return", path))),
    end: () => change({ status: "ended", ended_at: new Date().toISOString() }, () => ask(() => api.POST("/api/v1/chat/conversations/{id}/end", path))),
  };
}

export const CHANNELS: Record<string, { icon: IconName; says: string }> = {
  chat: { icon: "chat", says: "Website chat" }, widget: { icon: "chat", says: "Website chat" }, whatsapp: { icon: "wa", says: "WhatsApp" }, sms: { icon: "sms", says: "SMS" },
  email: { icon: "mail", says: "E-mail" }, voice: { icon: "voice", says: "Call" }, test: { icon: "flask", says: "Test" },
};
export const channelOf = (name: string) => CHANNELS[name] ?? { icon: "chat" as IconName, says: name.replaceAll("_", " ") };
export const visitorOf = (line: Pick<Line, "visitor_name" | "conversation_id">) => line.visitor_name || `Visitor ${line.conversation_id.slice(-4).toUpperCase()}`;
