// How one message looks: who says it, the words with their links, what they rest on, cards and what can be pressed.
import { h, icon, link, linked, PAGE, safe } from "./dom";
import type { Button, Message, Settings } from "./types";

type Write = (value: string) => void;

/** `said` is missing while a message is written, or on its way. */
export function item({ words: w, language }: Settings, role: Message["role"], text: string, said?: Message): HTMLElement {
  const by = role === "visitor" ? w["you"] : w[role];
  const time = said && new Date(said.created_at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  const bubble = h("div", { class: "bubble", title: time }, ...(role === "visitor" ? [text] : linked(text)));
  for (const { name } of said?.attachments ?? []) bubble.append(icon(PAGE), name);
  return h("li", { class: role }, by && h("span", { class: role === "visitor" ? "sr" : "by" }, by), bubble);
}

/** What stands under the words. */
export function rich(w: Settings["words"], { citations, grounded, rich_content: more }: Message, write: Write): HTMLElement[] {
  const all: HTMLElement[] = [];
  if (citations.length) {
    const quotes = citations.map((c) => {
      const url = safe(c.url);
      return h("li", {}, h("q", {}, c.quote), url ? link(url, icon(PAGE), c.title || w["page"]!) : h("span", {}, icon(PAGE), c.title));
    });
    all.push(h("details", {}, h("summary", {}, `${w[grounded ? "sources" : "nearest"]} (${quotes.length})`), h("ul", {}, ...quotes)));
  }
  for (const card of more?.cards ?? []) {
    const url = safe(card.url);
    const image = safe(card.image);
    all.push(
      h(
        "article",
        { class: "card" },
        image && h("img", { src: image, alt: "", loading: "lazy" }),
        h("strong", {}, url ? link(url, card.title) : card.title),
        card.text && h("p", {}, card.text),
        buttons(card.buttons ?? [], "row", write),
      ),
    );
  }
  const choices = [...(more?.buttons ?? []), ...(more?.suggested_questions ?? []).map((q) => ({ label: q, value: q }))];
  if (choices.length) all.push(buttons(choices, "row choices", write));
  return all;
}

const buttons = (all: Button[], name: string, write: Write): HTMLElement => h("div", { class: name }, ...all.map(({ label, value }) => h("button", { class: "pill", onclick: () => write(value) }, label)));
