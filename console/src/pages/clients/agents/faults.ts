/** Where a fault that the server names by its path stands in the text. */
import { isMap, isSeq, parseDocument, type Node, type Pair } from "yaml";

export interface Place { from: number; to: number }
const STEP = /[^.[\]]+/g;

/** The key of the last step that exists: `tools_available[2].status` of a tool without a status is the tool. */
export function placeOf(text: string, path: string): Place {
  const steps = path.match(STEP) ?? [];
  let node: unknown = parseDocument(text).contents;
  let place: Place = { from: 0, to: text.indexOf("\n") < 0 ? text.length : text.indexOf("\n") };
  const whole = (found: Node | null | undefined): Place | null => (found?.range ? { from: found.range[0], to: Math.max(found.range[0], found.range[1]) } : null);
  for (const step of steps) {
    if (isMap(node)) {
      const pair = node.items.find((item: Pair) => String((item.key as { value?: unknown })?.value) === step);
      if (!pair) break;
      place = whole(pair.key as Node) ?? place;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (item === undefined) break;
      place = firstLine(text, whole(item as Node) ?? place);
      node = item;
    } else break;
  }
  const value = !isMap(node) && !isSeq(node) ? whole(node as Node) : null;
  return firstLine(text, value && value.to > value.from ? value : place);
}

function firstLine(text: string, { from, to }: Place): Place {
  const end = text.indexOf("\n", from);
  return { from, to: Math.min(to, end < 0 ? text.length : end) };
}

/** What the reader of YAML itself objects to, said before the server is asked. */
export function unreadable(text: string): { place: Place; says: string } | null {
  const [error] = parseDocument(text).errors;
  if (!error) return null;
  return { place: firstLine(text, { from: error.pos[0], to: Math.max(error.pos[0] + 1, error.pos[1]) }), says: error.message.split("\n")[0]!.replace(/:$/, "") };
}
