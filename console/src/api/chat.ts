/** One conversation over the chat socket: each message once whatever the network does, and answers in pieces as they are written. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { api, ask, of, type Schema } from "./client";
import type { components } from "./events";
import { asProblem, problem, type Problem } from "./problem";
import { token } from "./session";

export type Message = Schema["Message"];
/** What was written here and is not in the conversation yet; it is sent until the server has it. */
export interface Unsent { id: string; content: string; problem: Problem | null }
export interface Talking {
  conversation: string | null;
  version: number | null;
  link: "none" | "connecting" | "open" | "broken";
  messages: Message[];
  unsent: Unsent[];
  /** The answer that is being written, as far as it came. */
  piece: string;
  typing: boolean;
  ended: boolean;
  trouble: Problem | null;
  /** Milliseconds from sending to answer, of what was asked on this page, by the answer's id. */
  took: Record<string, number>;
}

type Frame = components["schemas"]["chat.told"];

/** `version`: the one to try, deployed or not; it needs `config`. */
export interface Place { client: string; conversation?: string; channel?: string; config?: string; version?: number }
interface Known { conversation: string; token: string; version: number }

const PING = 20_000, SILENT = 10_000, SLOWEST = 10_000, REFUSED = 4401, NOT_FOUND = 4404;
const NOTHING: Talking = { conversation: null, version: null, link: "none", messages: [], unsent: [], piece: "", typing: false, ended: false, trouble: null, took: {} };
const stored = <T>(name: string): T | null => { try { return JSON.parse(sessionStorage.getItem(name) ?? "null") as T | null; } catch { return null; } };
const store = (name: string, value: unknown) => { try { if (value === null) sessionStorage.removeItem(name); else sessionStorage.setItem(name, JSON.stringify(value)); } catch { /* a browser that keeps nothing: it lives as long as the page */ } };

export class Talk {
  private state = NOTHING;
  private watchers = new Set<() => void>();
  private socket: WebSocket | null = null;
  private known: Known | null = null;
  private tries = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private pinging: ReturnType<typeof setInterval> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private sentAt = new Map<string, number>(); // when each own message went out first, by client id, then by message id
  private closed = true;
  private starting: Promise<void> | null = null;
  private flying: string | null = null; // one message at a time, so that a refusal belongs to it

  constructor(private place: Place, private connect = (url: string) => new WebSocket(url)) {}

  watch = (watcher: () => void) => { this.watchers.add(watcher); return () => { this.watchers.delete(watcher); }; };
  now = () => this.state;
  private tell(change: Partial<Talking>) { this.state = { ...this.state, ...change }; this.watchers.forEach((watcher) => watcher()); }
  private get memory() { return `retinue.chat.${this.place.client}.${this.place.channel ?? "test"}.${this.place.config ?? ""}${this.place.version ? `.${this.place.version}` : ""}`; }
  private get outbox() { return `retinue.unsent.${this.state.conversation}`; }

  /** Goes on with the conversation that is named or that this tab had; a new one begins with the first message. */
  open(): void {
    this.closed = false;
    window.addEventListener("online", this.back);
    this.known = this.place.conversation ? null : stored<Known>(this.memory);
    const conversation = this.place.conversation ?? this.known?.conversation ?? null;
    if (!conversation) return;
    this.tell({ conversation, version: this.known?.version ?? null });
    this.tell({ unsent: stored<Unsent[]>(this.outbox) ?? [] });
    void this.link();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.again); clearInterval(this.pinging); clearTimeout(this.silence);
    window.removeEventListener("online", this.back);
    if (this.socket) { this.socket.onclose = null; this.socket.onmessage = null; this.socket.close(); this.socket = null; }
  }

  send(content: string): void {
    const text = content.trim();
    if (!text) return;
    this.keep([...this.state.unsent, { id: crypto.randomUUID(), content: text, problem: null }]);
    if (this.state.conversation) this.flush(); else void this.begin();
  }

  retry(id: string): void {
    this.keep(this.state.unsent.map((unsent) => (unsent.id === id ? { ...unsent, problem: null } : unsent)));
    if (this.state.conversation) this.flush(); else void this.begin();
  }

  drop(id: string): void { this.keep(this.state.unsent.filter((unsent) => unsent.id !== id)); }

  /** A new conversation, with the version that is deployed now. */
  restart(): void {
    store(this.memory, null);
    this.close();
    this.known = null;
    this.flying = null;
    this.state = NOTHING;
    this.closed = false;
    window.addEventListener("online", this.back);
    this.tell({});
  }

  private keep(unsent: Unsent[]) { this.tell({ unsent }); if (this.state.conversation) store(this.outbox, unsent.length ? unsent : null); }
  private back = () => { clearTimeout(this.again); if (this.state.conversation && (!this.socket || this.socket.readyState > 1)) void this.link(); };

  private begin(): Promise<void> {
    this.starting ??= this.start().finally(() => { this.starting = null; });
    return this.starting;
  }

  private async start(): Promise<void> {
    this.tell({ link: "connecting", trouble: null });
    try {
      const { client, channel = "test", config, version } = this.place;
      const begun = await ask(() => api.POST("/api/v1/chat/conversations", { body: { client_id: client, channel, config_id: config ?? null, config_version: version ?? null }, headers: of(client) }));
      if (this.closed) return;
      this.known = { conversation: begun.conversation_id, token: begun.visitor_token, version: begun.config_version };
      store(this.memory, this.known);
      this.tell({ conversation: begun.conversation_id, version: begun.config_version });
      this.keep(this.state.unsent);
      this.take(begun.greeting);
      await this.link();
    } catch (error) {
      const found = asProblem(error);
      this.tell({ link: "none", trouble: found, unsent: this.state.unsent.map((unsent) => ({ ...unsent, problem: found })) });
    }
  }

  private async link(): Promise<void> {
    if (this.closed || (this.socket && this.socket.readyState <= 1)) return;
    this.tell({ link: this.tries ? "broken" : "connecting" });
    const bearer = this.known?.token ?? (await token().catch(() => null));
    if (this.closed) return;
    if (!bearer) { this.later(); return; }
    const address = new URL(`/api/v1/chat/ws/${this.state.conversation}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.search = new URLSearchParams({ client_id: this.place.client }).toString();
    const socket = this.socket = this.connect(address.href);
    socket.onopen = () => { socket.send(JSON.stringify({ type: "auth", token: bearer })); }; // in an address it would be logged
    socket.onmessage = (message) => { this.heard(); this.hear(JSON.parse(message.data as string) as Frame); };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.flying = null;
      clearInterval(this.pinging); clearTimeout(this.silence);
      this.tell({ typing: false, piece: "" });
      if (this.state.ended || code === NOT_FOUND || (code === REFUSED && this.known)) this.tell({ link: "none" });
      else { if (code === REFUSED) void token(true).catch(() => null); this.later(); }
    };
  }

  private later(): void {
    if (this.closed) return;
    this.tell({ link: "broken" });
    clearTimeout(this.again);
    this.again = setTimeout(() => void this.link(), Math.min(SLOWEST, 250 * 2 ** this.tries++) * (0.75 + Math.random() / 2));
  }

  /** A link that says nothing for ten seconds after a ping is dead, whatever the network claims. */
  private heard(): void { clearTimeout(this.silence); this.silence = undefined; }
  private ping = () => {
    if (this.socket?.readyState !== 1) return;
    this.say({ type: "ping" });
    this.silence ??= setTimeout(() => this.socket?.close(), SILENT);
  };

  private say(frame: object): void { this.socket?.send(JSON.stringify(frame)); }

  private flush(): void {
    if (this.flying || this.state.link !== "open") return;
    const next = this.state.unsent.find((unsent) => !unsent.problem);
    if (!next) return;
    this.flying = next.id;
    if (!this.sentAt.has(next.id)) this.sentAt.set(next.id, performance.now());
    this.say({ type: "message", id: next.id, content: next.content });
  }

  /** Everything up to here is on the page. */
  private get whole(): number {
    const has = new Set(this.state.messages.map((message) => message.position));
    let position = 0;
    while (has.has(position + 1)) position++;
    return position;
  }

  private take(message: Message): void {
    const before = this.state.messages.filter((one) => one.message_id !== message.message_id);
    const asked = message.in_answer_to ? this.sentAt.get(message.in_answer_to) : undefined;
    this.tell({
      messages: [...before, message].sort((a, b) => a.position - b.position),
      ...(message.role === "assistant" || message.role === "person" ? { piece: "" } : {}),
      ...(asked !== undefined && !(message.message_id in this.state.took) ? { took: { ...this.state.took, [message.message_id]: performance.now() - asked } } : {}),
    });
  }

  private hear(frame: Frame): void {
    if (frame.type === "message") {
      const { type: _, last, status: _status, timestamp: _timestamp, ...message } = frame;
      this.take(message);
      if (typeof last === "number") { // the link stands
        this.tries = 0;
        clearInterval(this.pinging);
        this.pinging = setInterval(this.ping, PING);
        this.tell({ link: "open", trouble: null });
        if (last > this.whole) this.say({ type: "resume", after: this.whole });
        this.flush();
      }
    } else if (frame.type === "ack") {
      const mine = this.state.unsent.find((unsent) => unsent.id === frame.id);
      if (this.flying === frame.id) this.flying = null;
      if (mine) {
        this.sentAt.set(frame.message_id, this.sentAt.get(mine.id) ?? performance.now());
        if (!this.state.messages.some((message) => message.message_id === frame.message_id)) {
          this.take({ message_id: frame.message_id, position: frame.position, role: "visitor", content: mine.content, citations: [], actions: [], attachments: [], created_at: new Date().toISOString() });
        }
        this.keep(this.state.unsent.filter((unsent) => unsent !== mine));
      }
      this.flush();
    } else if (frame.type === "delta") this.tell({ piece: this.state.piece + (frame.content ?? "") });
    else if (frame.type === "typing") this.tell({ typing: frame.status, ...(frame.status ? { piece: "" } : {}) });
    else if (frame.type === "resumed") { if (frame.more) this.say({ type: "resume", after: frame.position }); }
    else if (frame.type === "end") this.tell({ ended: true });
    else if (frame.type === "error") {
      const found = problem(frame.status, frame);
      if (this.flying) {
        const refused = this.flying;
        this.flying = null;
        this.keep(this.state.unsent.map((unsent) => (unsent.id === refused ? { ...unsent, problem: found } : unsent)));
        this.flush();
      } else this.tell({ trouble: found, piece: "" });
    }
  }
}

/** The conversation of a place: what is said, and the way to say something. It is linked while this is on the page. */
export function useTalk({ client, conversation, channel, config, version }: Place): Talking & { talk: Talk } {
  const talk = useMemo(() => new Talk({ client, conversation, channel, config, version }), [client, conversation, channel, config, version]);
  useEffect(() => { talk.open(); return () => talk.close(); }, [talk]);
  return { ...useSyncExternalStore(talk.watch, talk.now), talk };
}
