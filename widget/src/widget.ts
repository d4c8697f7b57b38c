// <script src="https://…/widget.js" data-key="rtn_pub_…" async></script> puts a chat in the corner of any page. docs/widget.md tells the rest.
import { Chat, Refused } from "./chat";
import { Memory, account } from "./memory";
import css from "./widget.css";
import type { Contact, Settings } from "./types";
import { View } from "./view";

const SCRIPT = (document.currentScript ?? document.querySelector("script[data-key][src*='/widget']")) as HTMLScriptElement | null;
const RETRY = 5000;

class Widget {
  #host = document.createElement("retinue-chat");
  #look = new CSSStyleSheet();
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #settings: Settings | undefined;
  #view: View | undefined;
  #chat: Chat | undefined;

  #server: string;
  #key: string;
  #identity: string | undefined;
  #theme: string | undefined;

  constructor(
    server: string,
    key: string,
    identity: string | undefined,
    theme: string | undefined,
  ) {
    this.#server = server;
    this.#key = key;
    this.#identity = identity;
    this.#theme = theme;

    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    const shadow = this.#host.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet, this.#look];
    this.#dark.addEventListener("change", () => this.#paint());
  }

  async load(tries = 3): Promise<void> {
    try {
      const answer = await fetch(`${this.#server}/api/v1/chat/widget?key=${encodeURIComponent(this.#key)}`, { credentials: "omit" });
      const said = await answer.json();
      if (!answer.ok) return warn(`${said.detail} ${said.next}`);
      this.#settings = said;
      // Beside the body, whose transforms and filters would move what is fixed in it.
      document.documentElement.append(this.#host);
      this.#mount();
    } catch {
      if (tries) setTimeout(() => this.load(tries - 1), RETRY);
      else warn(`${this.#server} does not answer, or is not in connect-src of this page's Content-Security-Policy.`);
    }
  }

  #mount(): void {
    const settings = this.#settings!;
    const before = this.#view;
    const memory = new Memory(`retinue:${this.#key.slice(-16)}:${account(this.#identity)}`);
    const chat = (this.#chat = new Chat(this.#server, this.#key, memory));
    const gone = (): void => {
      memory.forget();
      chat.end();
      this.#mount();
    };
    const view = (this.#view = new View(settings, chat, memory, (contact) => this.#begin(chat, contact), gone, !this.#identity));
    chat.listener = view;
    before?.root.remove();
    this.#paint();
    this.#host.shadowRoot!.append(view.root);
    if (memory.kept.open || before?.opened) view.show(!!before?.opened);
    if (chat.begun && (memory.kept.open || memory.lively)) chat.connect();
  }

  async #begin(chat: Chat, contact?: Contact): Promise<void> {
    try {
      await chat.start(contact, this.#identity);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { title, detail, next } = error.problem;
      if (!this.#identity || !title.startsWith("Identity")) throw error;
      warn(`${detail} ${next} The chat goes on without it.`);
      this.#identity = undefined;
      await chat.start(contact, undefined);
    }
  }

  /** Our tokens, and the accent that the settings name. */
  #paint(): void {
    const settings = this.#settings;
    if (!settings || !this.#view) return;
    const chosen = this.#theme ?? settings.theme;
    const theme = chosen === "light" || chosen === "dark" ? chosen : this.#dark.matches ? "dark" : "light";
    const { accent, on_accent } = settings.colours[theme];
    this.#view.root.classList.toggle("dark", theme === "dark");
    this.#look.replaceSync(`.r{--accent:${accent}!important;--on-accent:${on_accent}!important}`);
  }

  /** `focus`: not when nobody asked for it, as when a page opens with it. */
  open = (focus = true): void => void (this.#view?.opened || this.#view?.show(focus));
  close = (): void => void (this.#view?.opened && this.#view.close());

  /** Another visitor from now on, as the page's own server signs; without a token, nobody known. */
  identify = (identity?: string): void => {
    this.#chat?.end();
    this.#identity = identity;
    if (this.#settings) this.#mount();
  };
}

function warn(text: string): void {
  console.warn(`Retinue chat: ${text}`);
}

function begin(): void {
  const { key, identity, theme, open } = SCRIPT?.dataset ?? {};
  if (!SCRIPT || !key) return warn("the script tag has no data-key.");
  const page = window as unknown as { Retinue?: unknown };
  if (page.Retinue) return warn("the script stands on this page twice.");
  const widget = new Widget(SCRIPT.src.replace(/\/widget[^/]*$/, ""), key, identity, theme);
  page.Retinue = { open: () => widget.open(), close: widget.close, identify: widget.identify };
  void widget.load().then(() => open !== undefined && widget.open(false));
}

begin();
