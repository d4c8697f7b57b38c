// Elements by hand: text is only ever text, so nobody's markup becomes ours.
type Child = Node | string | null | undefined | false;
type Props = Record<string, unknown>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value as EventListener);
    else if (name in made && typeof value === "boolean") (made as unknown as Props)[name] = value;
    else if (value !== undefined && value !== null) made.setAttribute(name, String(value));
  }
  made.append(...(children.filter((child) => child || child === "") as (Node | string)[]));
  return made;
}

export const PAGE = "M4 2h5.5L12 4.5V14H4zM9.5 2v2.5H12M6 7.5h4M6 10h4";
const SVG = "http://www.w3.org/2000/svg";

/** A drawing on a grid of 16, of strokes. */
export function icon(path: string, size = 16): SVGElement {
  const made = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": "true" })) made.setAttribute(name, `${value}`);
  line.setAttribute("d", path);
  made.append(line);
  return made;
}

/** An address that may be opened: nothing but the web's own. */
export function safe(url: string | null | undefined): string | undefined {
  return url && /^https?:\/\//i.test(url) ? url : undefined;
}

export function link(url: string, ...children: Child[]): HTMLElement {
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** Text in which addresses of the web and of mail can be followed. */
export function linked(text: string): (Node | string)[] {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g).map((part, place) => {
    if (place % 2 === 0) return part;
    return link(part.includes("://") ? part : `mailto:${part}`, part);
  });
}
