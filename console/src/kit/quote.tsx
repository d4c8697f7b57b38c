/** A quote within its text. Offsets count characters as the server does: a character outside the basic plane is one, not two. */
import type { ReactNode } from "react";

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

/** From the server's count of characters to an index of this string. */
export function indexOf(text: string, character: number): number {
  if (!PAIR.test(text)) return Math.min(text.length, character);
  let index = 0;
  for (let passed = 0; passed < character && index < text.length; passed++) index += text.codePointAt(index)! > 0xffff ? 2 : 1;
  return index;
}

/** Where a quote stands: at its offsets, or where its words are when the text has moved since; null when it is gone. */
export function placeOf(text: string, quote: string, start?: number | null, end?: number | null): [number, number] | null {
  if (start !== null && start !== undefined && end !== null && end !== undefined) {
    const from = indexOf(text, start), to = indexOf(text, end);
    if (to > from && (!quote || text.slice(from, to) === quote)) return [from, to];
  }
  const found = quote ? text.indexOf(quote) : -1;
  return found < 0 ? null : [found, found + quote.length];
}

/** The quote with what stands around it. */
export function Around({ text, place, size = 160 }: { text: string; place: [number, number]; size?: number }): ReactNode {
  const [start, end] = place;
  const from = Math.max(0, start - size), to = Math.min(text.length, end + size);
  const before = text.slice(from, start).replace(/^\S*\s/, from > 0 ? "" : "$&"), after = text.slice(end, to).replace(/\s\S*$/, to < text.length ? "" : "$&");
  return <>{from > 0 && "… "}{before}<mark>{text.slice(start, end)}</mark>{after}{to < text.length && " …"}</>;
}
