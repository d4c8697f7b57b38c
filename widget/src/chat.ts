// One conversation over the network. A message goes out under an id of ours until it is confirmed, so it arrives once whatever breaks;
// what was missed is asked for by position. Without web sockets the same goes over requests.
import type { Memory } from "./memory";
import type { Contact, Message, Pending, Problem, Status } from "./types";

export interface Listener {
  message(message: Message): void;
  confirmed(id: string, messageId: string, position: number): void;
  refused(problem: Problem, id?: string): void;
  delta(text: string, question?: string): void;
  typing(status: boolean, who: string): void;
  status(status: Status): void;
  connected(yes: boolean): void;
  gone(): void;
}

const QUIET = 25_000; // ms without a word from the server before it is asked whether it lives
const ANSWERS_WITHIN = 8_000;
const POLL = 4_000;
const AWAY = 2_000;
const LONGEST_WAIT = 15_000;

/** An id of ours, in one conversation. */
export const fresh = (): string => `${Date.now()}-${Math.random()}`;

export class Refused extends Error {
  constructor(public problem: Problem) {
    super(problem.detail);
  }
}

export class Chat {
  #socket: WebSocket | undefined;
  #resumed = 0; // position up to which everything was replayed
  #tries = 0;
  #unopened = 0;
  #sending: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pulse: ReturnType<typeof setTimeout> | undefined;
  #byRequests = false;
  #closed = false;
  #typedAt = 0;

  #server: string;
  #key: string;
  #memory: Memory;
  #on!: Listener;

  constructor(
    server: string,
    key: string,
    memory: Memory,
  ) {
    this.#server = server;
    this.#key = key;
    this.#memory = memory;
    addEventListener("online", () => this.connect());
    addEventListener("offline", () => this.#lost());
  }

  /** Who is told what happens. */
  set listener(on: Listener) {
    this.#on = on;
  }

  get begun(): boolean {
    return !!this.#memory.kept.id;
  }

  /** Raises Refused, and TypeError without a network. */
  async request(path: string, options: RequestInit & { token?: string | undefined } = {}): Promise<Response> {
    const headers = new Headers(options.headers);
    headers.set("Authorization", `Bearer ${options.token ?? this.#memory.kept.token}`);
    if (typeof options.body === "string") headers.set("Content-Type", "application/json");
    const answer = await fetch(`${this.#server}/api/v1/chat/${path}`, { ...options, headers, credentials: "omit" });
    if (!answer.ok) {
      const said = await answer.json().catch(() => ({}));
      throw new Refused({ title: "", detail: answer.statusText, ...said, status: answer.status });
    }
    return answer;
  }

  #of(path: string): string {
    return `conversations/${this.#memory.kept.id}${path}`;
  }

  async start(contact: Contact | undefined, identity: string | undefined): Promise<void> {
    const body = JSON.stringify({ channel: "chat", contact, identity });
    const started = await (await this.request("conversations", { method: "POST", body, token: this.#key })).json();
    this.#memory.keep({ id: started.conversation_id, token: started.visitor_token });
    this.#resumed = 0;
    this.#on.message(started.greeting);
    this.connect();
  }

  async leave(contact: Contact): Promise<void> {
    await this.request(this.#of("/contact"), { method: "POST", body: JSON.stringify({ ...contact, callback: true }) });
  }

  async attach(file: File, id: string): Promise<void> {
    const body = new FormData();
    body.set("file", file);
    body.set("id", id);
    this.#on.message(await (await this.request(this.#of("/files"), { method: "POST", body })).json());
    if (this.#byRequests) void this.#poll();
  }

  send(text: string): Pending {
    const pending = { id: fresh(), text };
    this.#memory.keep({ pending: [...this.#memory.kept.pending, pending] });
    void this.#flush();
    return pending;
  }

  typing(): void {
    if (Date.now() - this.#typedAt > 3000 && this.#open) {
      this.#typedAt = Date.now();
      this.#say({ type: "typing", status: true });
    }
  }

  connect(): void {
    clearTimeout(this.#timer);
    if (this.#closed || !this.begun) return;
    if (this.#byRequests) return void this.#poll();
    if (this.#socket && this.#socket.readyState < WebSocket.CLOSING) return;
    const { id, token } = this.#memory.kept;
    const socket = new WebSocket(`${this.#server.replace(/^http/, "ws")}/api/v1/chat/ws/${id}`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#unopened = 0;
      this.#say({ type: "auth", token });
      this.#say({ type: "resume", after: this.#resumed });
    };
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(JSON.parse(data));
    socket.onclose = () => socket === this.#socket && this.#lost();
    this.#unopened++;
    this.#listen();
  }

  end(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  get #open(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #say(frame: object): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    clearTimeout(this.#pulse);
    socket?.close();
  }

  #lost(): void {
    this.#drop();
    this.#sending = undefined;
    if (this.#closed || !this.begun) return;
    this.#on.connected(false);
    // A network that lets no web socket through still answers requests.
    if (this.#unopened > 2) void this.#poll();
    else this.#again();
  }

  #again(wait = Math.min(LONGEST_WAIT, 400 * 2 ** this.#tries++) * (0.7 + Math.random() * 0.6)): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connect(), wait);
  }

  /** A connection may die without a word; silence is asked about, and then counts as lost. */
  #listen(): void {
    clearTimeout(this.#pulse);
    this.#pulse = setTimeout(() => {
      if (this.#open) this.#say({ type: "ping" });
      this.#pulse = setTimeout(() => this.#lost(), ANSWERS_WITHIN);
    }, QUIET);
  }

  #hear(frame: { type: string } & Record<string, never>): void {
    this.#listen();
    const { type, id, status } = frame as Record<string, never>;
    if (type === "message") {
      if (status) this.#on.status(status!);
      this.#take(frame as unknown as Message);
    } else if (type === "ack") this.#confirm(frame["id"]!, frame["message_id"]!, frame["position"]!);
    else if (type === "resumed") {
      this.#resumed = frame["position"]!;
      if (frame["more"]) return this.#say({ type: "resume", after: this.#resumed });
      this.#tries = 0;
      this.#on.connected(true);
      void this.#flush();
    } else if (type === "delta") this.#on.delta(frame["content"]!, frame["in_answer_to"]);
    else if (type === "typing") this.#on.typing(frame["status"]!, frame["who"] ?? "assistant");
    else if (type === "status") this.#on.status(status!);
    else if (type === "end") this.#on.status("ended");
    else if (type === "error") this.#refuse(frame as unknown as Problem, id);
  }

  #take(message: Message): void {
    const mine = message.client_message_id;
    if (mine && this.#memory.kept.pending.some((p) => p.id === mine)) this.#confirm(mine, message.message_id, message.position);
    this.#on.message(message);
  }

  #confirm(id: string, messageId: string, position: number): void {
    this.#settle(id);
    this.#on.confirmed(id, messageId, position);
    void this.#flush();
  }

  #settle(id: string): void {
    if (this.#sending === id) this.#sending = undefined;
    this.#memory.keep({ pending: this.#memory.kept.pending.filter((p) => p.id !== id) });
  }

  #refuse(problem: Problem, id?: string): void {
    if (problem.status === 401 || problem.status === 404) {
      return this.#on.gone();
    }
    if (id && problem.status === 503) {
      // The server cannot take it now, so it goes out again.
      this.#sending = undefined;
      return void setTimeout(() => this.#flush(), AWAY);
    }
    if (problem.title === "ConversationOver") this.#on.status("ended");
    if (id) this.#settle(id);
    this.#on.refused(problem, id);
    if (id) void this.#flush();
  }

  /** One at a time, in order; the next when this one is confirmed. */
  async #flush(): Promise<void> {
    const next = this.#memory.kept.pending[0];
    if (!next || this.#sending || !this.begun) return;
    if (!this.#byRequests) {
      if (!this.#open) return;
      this.#sending = next.id;
      return this.#say({ type: "message", content: next.text, id: next.id });
    }
    this.#sending = next.id;
    try {
      const body = JSON.stringify({ content: next.text, id: next.id });
      const headers = { "Idempotency-Key": next.id, Accept: "text/event-stream" };
      await this.#read(await this.request(this.#of("/messages"), { method: "POST", body, headers }));
      await this.#poll();
    } catch (error) {
      if (error instanceof Refused && error.problem.title !== "SentBefore") this.#refuse(error.problem, next.id);
    }
    this.#sending = undefined;
  }

  async #read(answer: Response): Promise<void> {
    this.#on.typing(true, "assistant");
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) break;
      const events = (rest + value).split("\n\n");
      rest = events.pop()!;
      for (const event of events) {
        const [, type, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
        if (type === "delta") this.#on.delta(JSON.parse(data!).content);
        if (type === "error") this.#on.refused(JSON.parse(data!));
      }
    }
    this.#on.typing(false, "assistant");
  }

  async #poll(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const { status } = await (await this.request(this.#of(""))).json();
      this.#byRequests = true;
      this.#on.status(status!);
      for (let more = true; more; ) {
        const { items, next_cursor } = await (await this.request(this.#of(`/messages?limit=200&after=${this.#resumed}`))).json();
        for (const message of items) {
          this.#resumed = Math.max(this.#resumed, message.position);
          this.#take(message);
        }
        more = !!next_cursor;
      }
      this.#tries = 0;
      this.#on.connected(true);
      void this.#flush();
      if (!this.#closed) this.#again(POLL);
    } catch (error) {
      this.#unopened = 0;
      this.#byRequests = false; // with the network comes another try of a socket
      if (error instanceof Refused) this.#refuse(error.problem);
      if (this.begun && !this.#closed) {
        this.#on.connected(false);
        this.#again();
      }
    }
  }
}
