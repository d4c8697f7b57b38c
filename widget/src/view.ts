// What a visitor sees: the button in the corner, and the panel with the conversation. All of it in a shadow root that the page cannot style.
import { type Chat, fresh, type Listener, Refused } from "./chat";
import { h, icon, PAGE } from "./dom";
import { form } from "./form";
import type { Memory } from "./memory";
import { item, rich } from "./message";
import type { Contact, Message, Pending, Problem, Settings, Status } from "./types";

const BUBBLE = "M2.5 4.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H7l-3.5 2.5V11.4a2 2 0 0 1-1-1.9z";
const CROSS = "M4 4l8 8M12 4l-8 8";
const SEND = "M8 13V3M3.5 7.5L8 3l4.5 4.5";
const CLIP = "M13 7.2 8 12.2a3 3 0 0 1-4.3-4.3l5.2-5.2a2 2 0 0 1 2.9 2.9L6.7 10.7a1 1 0 0 1-1.4-1.4L9.8 4.8";
const FORGOTTEN = 8000; // ms after which somebody who typed no longer does
const HELPFUL = [413, 415, 422, 429]; // refusals whose advice is for visitors too

export class View implements Listener {
  readonly root = h("div", { class: "r" });
  #list = h("ol", { class: "list" });
  #told = h("div", { class: "sr", "aria-live": "polite" });
  #note = h("p", { class: "note", role: "status", hidden: true });
  #box: HTMLTextAreaElement;
  #composer: HTMLFormElement;
  #panel: HTMLElement;
  #launcher: HTMLButtonElement;
  #badge = h("b", { hidden: true });
  #who: HTMLElement;
  #body = h("div", { class: "body" });
  #stream: HTMLElement | undefined;
  #dots: HTMLElement | undefined;
  #dotsTimer: ReturnType<typeof setTimeout> | undefined;
  #shown = new Map<string, HTMLElement>();
  #state: Status | undefined;
  #unread = 0;
  #replaying = true;
  opened = false;

  #settings: Settings;
  #chat: Chat;
  #memory: Memory;
  #begin: (contact?: Contact) => Promise<void>;

  constructor(
    settings: Settings,
    chat: Chat,
    memory: Memory,
    begin: (contact?: Contact) => Promise<void>,
    readonly gone: () => void,
    private asks: boolean,
  ) {
    this.#settings = settings;
    this.#chat = chat;
    this.#memory = memory;
    this.#begin = begin;

    const { words: w, title, company, upload, position } = settings;
    this.root.lang = settings.language;
    this.root.classList.add(position);
    this.#launcher = h("button", { class: "launch", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => (this.opened ? this.close() : this.show()) }, icon(BUBBLE, 26), this.#badge);
    this.#who = h("span", { class: "who" });
    this.#box = h("textarea", { rows: 1, maxlength: 8000, "aria-label": w["write"], placeholder: w["write"] });
    const file = h("input", { type: "file", accept: upload?.accept ?? "", hidden: true, onchange: () => this.#attach(file) });
    this.#composer = h(
      "form",
      { class: "write" },
      upload && h("button", { type: "button", class: "icon", ...named(w["attach"]), onclick: () => file.click() }, icon(CLIP, 18)),
      upload && file,
      this.#box,
      h("button", { class: "icon go", ...named(w["send"]) }, icon(SEND, 18)),
    );
    this.#panel = h(
      "section",
      { class: "panel", role: "dialog", "aria-modal": "true", "aria-labelledby": "t", id: "p", hidden: true },
      h(
        "header",
        {},
        h("span", { class: "face", "aria-hidden": "true" }, [...company][0]?.toUpperCase()),
        h("div", {}, h("h2", { id: "t" }, title), this.#who),
        h("button", { class: "icon", ...named(w["close"]), onclick: () => this.close() }, icon(CROSS, 18)),
      ),
      this.#body,
      this.#note,
      this.#composer,
      this.#told,
    );
    this.root.append(this.#panel, this.#launcher);
    this.#composer.addEventListener("submit", (event) => (event.preventDefault(), this.#submit()));
    this.#box.addEventListener("input", () => (this.#grow(), this.#chat.typing()));
    this.#box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submit();
      }
    });
    this.#panel.addEventListener("keydown", (event) => this.#keys(event));
    this.#label();
    this.status("open");
  }

  show(focus = true): void {
    this.opened = true;
    this.#unread = 0;
    this.#panel.hidden = false;
    this.#label();
    this.#memory.keep({ open: true });
    this.#fill();
    if (focus) (this.#panel.querySelector<HTMLElement>(".ask input") ?? this.#box).focus();
    this.#down();
  }

  close(): void {
    this.opened = false;
    this.#panel.hidden = true;
    this.#memory.keep({ open: false });
    this.#label();
    this.#launcher.focus();
  }

  /** The form that comes first, or the conversation. */
  #fill(): void {
    const { pre_chat, words: w, hours } = this.#settings;
    if (this.#body.firstChild) return;
    if (pre_chat && this.asks && !this.#chat.begun) {
      this.#composer.hidden = true;
      this.#body.append(form(pre_chat.intro, pre_chat.fields, w, w["start"]!, (contact) => this.#begun(contact)));
      return;
    }
    this.#composer.hidden = false;
    const away = hours.says && h("div", { class: "away" }, hours.says, " ", h("button", { class: "plain", onclick: (e: Event) => this.#leave(e.target as HTMLElement) }, w["leave"]));
    this.#body.append(...(away ? [away] : []), this.#list);
    for (const pending of this.#memory.kept.pending) this.#mine(pending);
    if (!this.#chat.begun)
      this.#begun().catch((error) => {
        const said = problem(error, w);
        if (said.title !== "MissingDetails" || this.asks) return this.refused(said);
        this.asks = true; // who the page says it is lacks something
        this.#body.replaceChildren();
        this.#fill();
      });
  }

  async #begun(contact?: Contact): Promise<void> {
    await this.#begin(contact);
    const asked = this.#body.querySelector(".ask");
    if (asked) {
      this.#body.replaceChildren();
      this.#fill();
      this.#box.focus();
    }
  }

  #leave(button: HTMLElement): void {
    const w = this.#settings.words;
    const fields = (["name", "email"] as const).map((name) => ({ name, label: w[name]!, required: name === "email" }));
    const place = button.closest(".away")!;
    const asked = form(w["leave"]!, fields, w, w["save"]!, async (contact) => {
      await this.#chat.leave(contact);
      place.replaceChildren(w["left"]!);
      this.#say(w["left"]!);
      this.#box.focus();
    }, () => {
      asked.remove();
      button.hidden = false;
      button.focus();
    });
    button.hidden = true;
    place.append(asked);
    asked.querySelector("input")!.focus();
  }

  #submit(): void {
    const text = this.#box.value.trim();
    if (!text || this.#state === "ended") return;
    this.#box.value = "";
    this.#grow();
    this.#write(text);
  }

  #write(text: string): void {
    this.#choices();
    this.#mine(this.#chat.send(text));
    this.#box.focus();
    this.#down(true);
  }

  async #attach(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    input.value = "";
    const { words: w, upload } = this.#settings;
    if (!file || !upload) return;
    if (file.size > upload.limit_bytes) return this.#quiet(w["too_large"]!.replace("{limit}", `${upload.limit_bytes / 1e6}`));
    const id = fresh();
    const item = this.#mine({ id, text: "" });
    item.querySelector(".bubble")!.append(icon(PAGE), file.name);
    try {
      await this.#chat.attach(file, id);
    } catch (error) {
      item.remove();
      this.#shown.delete(id);
      this.refused(problem(error, w));
    }
    this.#box.focus();
  }

  #mine(pending: Pending): HTMLElement {
    const shown = item(this.#settings, "visitor", pending.text);
    shown.classList.add("sent");
    shown.append(h("small", {}, this.#settings.words[this.#note.hidden ? "sending" : "unsent"]));
    this.#shown.set(pending.id, shown);
    this.#list.append(shown);
    this.#down(true);
    return shown;
  }

  confirmed(id: string, messageId: string, position: number): void {
    const item = this.#shown.get(id);
    this.#shown.delete(id);
    if (!item) return;
    if (this.#shown.has(messageId)) return item.remove();
    item.classList.remove("sent");
    item.querySelector("small")?.remove();
    this.#put(item, messageId, position);
  }

  /** An answer stands below its question, whatever was asked meanwhile. */
  #put(item: HTMLElement, id: string, position: number, question?: string | null): void {
    this.#shown.set(id, item);
    const asked = this.#shown.get(question!)?.dataset["position"];
    if (asked) position = +asked + position / 1e6;
    item.dataset["position"] = `${position}`;
    const later = [...this.#list.children].find((other) => other !== item && Number((other as HTMLElement).dataset["position"] ?? Infinity) > position);
    if (later) this.#list.insertBefore(item, later);
    else if (!item.isConnected) this.#list.append(item);
  }

  message(message: Message): void {
    if (this.#shown.has(message.message_id)) return;
    const { words: w } = this.#settings;
    const mine = message.client_message_id && this.#shown.get(message.client_message_id);
    if (mine) {
      this.confirmed(message.client_message_id!, message.message_id, message.position);
      return;
    }
    if (message.role !== "visitor") this.typing(false);
    const shown = item(this.#settings, message.role, message.content, message);
    if (message.role === "assistant") this.#unsaid();
    shown.classList.toggle("unsure", message.grounded === false);
    this.#put(shown, message.message_id, message.position, message.in_answer_to);
    this.#choices();
    shown.append(...rich(w, message, (value) => this.#write(value)));
    this.#down(message.role !== "visitor");
    if (message.role === "visitor" || this.#replaying) return;
    const by = message.role === "system" ? "" : `${w[message.role]}: `;
    this.#say(by + message.content);
    if (!this.opened) {
      this.#unread++;
      this.#label();
    }
  }

  /** Only the last message's choices can still be pressed. */
  #choices(): void {
    this.#list.querySelectorAll(".choices").forEach((old) => old.remove());
  }

  delta(text: string, question?: string): void {
    this.typing(false);
    if (!this.#stream) {
      this.#stream = item(this.#settings, "assistant", "");
      this.#stream.setAttribute("aria-busy", "true");
      this.#list.append(this.#stream);
      this.#shown.get(question!)?.after(this.#stream);
    }
    this.#stream.querySelector(".bubble")!.append(text);
    this.#down();
  }

  #unsaid(): void {
    this.#stream?.remove();
    this.#stream = undefined;
  }

  typing(status: boolean, who = "assistant"): void {
    clearTimeout(this.#dotsTimer);
    this.#dots?.remove();
    this.#dots = undefined;
    if (!status || this.#stream) return;
    const { words: w } = this.#settings;
    const said = `${w[who === "person" ? "person" : "assistant"]} ${w["typing"]}`;
    this.#dots = h("li", { class: who }, h("span", { class: "by" }, said), h("div", { class: "bubble dots" }, h("i"), h("i"), h("i")));
    this.#list.append(this.#dots);
    this.#down();
    this.#dotsTimer = setTimeout(() => this.typing(false), FORGOTTEN);
  }

  status(status: Status): void {
    const { words: w } = this.#settings;
    const before = this.#state;
    this.#state = status;
    const taken = status === "taken";
    this.#who.textContent = w[taken ? "person" : "assistant"]!;
    this.#who.classList.toggle("here", taken);
    if (before === status || !before) return;
    if (taken) this.#quiet(w["taken"]!);
    else if (before === "taken" && status !== "ended") this.#quiet(w["open_again"]!);
    if (status === "ended") {
      this.#quiet(w["ended"]!, h("button", { class: "pill", onclick: () => this.gone() }, w["again"]));
      this.#composer.hidden = true;
    }
  }

  connected(yes: boolean): void {
    const { words: w } = this.#settings;
    this.#note.hidden = yes;
    this.#note.textContent = yes ? "" : w["offline"]!;
    for (const said of this.#list.querySelectorAll(".sent small")) said.textContent = w[yes ? "sending" : "unsent"]!;
    if (!yes) {
      this.typing(false);
      this.#unsaid();
    } else this.#replaying = false;
  }

  refused(problem: Problem, id?: string): void {
    const item = id && this.#shown.get(id);
    if (item) {
      if (!this.#box.value) this.#box.value = item.querySelector(".bubble")!.textContent;
      item.remove();
      this.#shown.delete(id);
    }
    this.typing(false);
    if (problem.title !== "ConversationOver") this.#quiet(`${problem.detail} ${(HELPFUL.includes(problem.status) && problem.next) || ""}`.trim());
  }

  /** A line of the widget's own. */
  #quiet(text: string, more?: HTMLElement): void {
    this.#list.append(h("li", { class: "system" }, h("div", { class: "bubble" }, text), more));
    this.#say(text);
    this.#down(true);
  }

  #say(text: string): void {
    if (this.opened) this.#told.append(h("p", {}, text));
    while (this.#told.childElementCount > 3) this.#told.firstChild!.remove();
  }

  #label(): void {
    const w = this.#settings.words;
    this.root.classList.toggle("open", this.opened);
    this.#launcher.setAttribute("aria-expanded", `${this.opened}`);
    this.#launcher.setAttribute("aria-label", this.opened ? w["close"]! : `${w["open"]}${this.#unread ? ` (${this.#unread})` : ""}`);
    this.#launcher.replaceChildren(icon(this.opened ? CROSS : BUBBLE, 26), this.#badge);
    this.#badge.hidden = !this.#unread;
    this.#badge.textContent = `${this.#unread}`;
  }

  #grow(): void {
    this.#box.style.height = "auto";
    this.#box.style.height = `${Math.min(this.#box.scrollHeight, 120)}px`;
  }

  /** To the end, unless the reader has gone up to read. */
  #down(surely = false): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#body;
    if (surely || scrollHeight - scrollTop - clientHeight < 160) this.#body.scrollTop = scrollHeight;
  }

  #keys(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation();
      return this.close();
    }
    if (event.key !== "Tab") return;
    const all = [...this.#panel.querySelectorAll<HTMLElement>("button, a[href], textarea, input:not([hidden]), summary")].filter((e) => e.checkVisibility() && !(e as HTMLButtonElement).disabled);
    const edge = event.shiftKey ? all[0] : all[all.length - 1];
    if ((this.root.getRootNode() as ShadowRoot).activeElement === edge) {
      event.preventDefault();
      (event.shiftKey ? all[all.length - 1] : all[0])?.focus();
    }
  }
}

function named(name: string | undefined): Record<string, unknown> {
  return { "aria-label": name, title: name };
}

function problem(error: unknown, words: Record<string, string>): Problem {
  return error instanceof Refused ? error.problem : { status: 0, title: "", detail: words["offline"]! };
}
