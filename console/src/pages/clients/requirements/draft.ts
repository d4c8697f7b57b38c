/** A requirements document as it is edited: its parts, whose words they are, and how two people's changes come together. */

export interface Source { claim_id: string; field: string; value: string; quote: string; url: string; confidence: number; inferred: boolean; basis: string | null }
/** `key` is the same for the same item in every version that this page knows. */
export interface Entry { key: string; text: string; source_claims: string[]; sources: Source[]; [field: string]: unknown }
export type Draft = Record<string, Entry[]>;

export interface Field { name: string; says: string; kind: "text" | "flag"; options?: { value: string; says: string }[]; optional?: boolean }
export interface Section { name: string; title: string; about: string; single?: boolean; fields: Field[]; empty: Record<string, unknown> }

const text = (name: string, says: string, optional = false): Field => ({ name, says, kind: "text", optional });
const choice = (name: string, says: string, options: Record<string, string>): Field => ({ name, says, kind: "text", options: Object.entries(options).map(([value, says]) => ({ value, says })) });

export const SECTIONS: Section[] = [
  { name: "company", title: "Company", about: "As it calls itself.", single: true, fields: [], empty: {} },
  { name: "business_summary", title: "What it does", about: "The agent says this of the company.", single: true, fields: [], empty: {} },
  { name: "goals", title: "What the agent is for", about: "", fields: [], empty: {} },
  { name: "open_questions", title: "Open questions", about: "What research could not know. Answer them where they belong, then take them away.", fields: [text("about", "About")], empty: { about: "general" } },
  { name: "topics", title: "What it answers", about: "", fields: [text("name", "Topic")], empty: { name: "", evidence: [] } },
  { name: "escalation_rules", title: "When a person takes over", about: "", fields: [text("condition", "When"), choice("action", "Then", { immediate_handoff: "hands over at once", suggest_handoff: "offers a person" })], empty: { condition: "", action: "suggest_handoff" } },
  { name: "data_to_capture", title: "What it asks customers for", about: "", fields: [text("field", "Name of the field"), { name: "required", says: "Needed", kind: "flag" }], empty: { field: "", required: false } },
  { name: "out_of_scope", title: "What it leaves to people", about: "", fields: [], empty: {} },
  { name: "tone", title: "How it writes", about: "", single: true, fields: [choice("value", "Tone", { friendly_professional: "friendly and plain", empathetic_professional: "warm and careful", formal_professional: "precise and formal" })], empty: { value: "friendly_professional" } },
  { name: "languages", title: "Languages", about: "", fields: [text("tag", "Tag, such as en or de-CH")], empty: { tag: "" } },
  { name: "channels", title: "Channels", about: "", fields: [choice("channel", "Channel", { website_chat: "website chat", whatsapp: "WhatsApp", instagram: "Instagram", facebook: "Facebook", email: "e-mail", phone: "telephone" })], empty: { channel: "website_chat" } },
  { name: "actions", title: "What it should do", about: "Tools that do not exist yet are built or attached later; until then the agent does without.", fields: [text("name", "Name of the tool"), text("system", "In which system", true)], empty: { name: "", system: null } },
  { name: "systems", title: "Systems in use", about: "", fields: [text("name", "Name"), text("kind", "Kind, such as crm or booking")], empty: { name: "", kind: "" } },
  { name: "success_measures", title: "How success is measured", about: "", fields: [text("name", "Measure")], empty: { name: "" } },
  { name: "predicted_volumes", title: "Expected load", about: "", fields: [], empty: {} },
];
export const sectionOf = (name: string) => SECTIONS.find((section) => section.name === name)!;
/** What tells two items of a section apart, besides their words. */
const NAME: Record<string, string> = { topics: "name", data_to_capture: "field", escalation_rules: "condition", channels: "channel", languages: "tag", systems: "name", actions: "name", success_measures: "name" };

let made = 0;
export const newKey = () => `new-${Date.now().toString(36)}-${++made}`;

const said = (entry: Entry) => { const { key: _, sources: __, ...rest } = entry; return JSON.stringify(Object.entries(rest).filter(([, value]) => value !== null).sort(([a], [b]) => a.localeCompare(b))); };
export const same = (a: Entry | undefined, b: Entry | undefined) => a === b || (a !== undefined && b !== undefined && said(a) === said(b));

const bag = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
function likeness(a: string, b: string): number {
  const one = bag(a), two = bag(b);
  const shared = [...one].filter((word) => two.has(word)).length;
  return one.size && two.size ? (2 * shared) / (one.size + two.size) : 0;
}

/** Gives items the keys of those that they were: the same words, the same name, the same sources, or most of the words. */
function align(section: string, items: Entry[], known: Entry[]): Entry[] {
  const free = new Map(known.map((entry) => [entry.key, entry]));
  const keys: (string | undefined)[] = items.map(() => undefined);
  const pass = (fits: (item: Entry, old: Entry) => boolean) => items.forEach((item, at) => {
    if (keys[at]) return;
    for (const old of free.values()) if (fits(item, old)) { keys[at] = old.key; free.delete(old.key); return; }
  });
  if (sectionOf(section).single) pass(() => true);
  pass(same);
  const name = NAME[section];
  if (name) pass((item, old) => Boolean(item[name]) && item[name] === old[name]);
  pass((item, old) => item.source_claims.length > 0 && item.source_claims.join() === old.source_claims.join());
  pass((item, old) => likeness(item.text, old.text) >= 0.5);
  return items.map((item, at) => ({ ...item, key: keys[at] ?? (known.length ? newKey() : `${section}-${at}`) }));
}

/** From the server's body; `known` are entries whose keys are kept. Without any, an item's key is its place, so that what was drafted has the same keys in every tab. */
export function read(body: Record<string, unknown>, known: Draft = {}): Draft {
  return Object.fromEntries(SECTIONS.map(({ name, single }) => {
    const value = name === "company" ? { text: body.company ?? "", source_claims: [] } : body[name];
    const items = (single ? [value] : ((value as unknown[]) ?? [])).filter(Boolean).map((item) => ({ sources: [], source_claims: [], text: "", ...(item as object), key: "" }) as Entry);
    return [name, align(name, items, known[name] ?? [])];
  }));
}

export function write(draft: Draft): Record<string, unknown> {
  const plain = ({ key: _, sources: __, ...rest }: Entry) => rest;
  return Object.fromEntries(SECTIONS.map(({ name, single }) => [name, name === "company" ? draft.company?.[0]?.text ?? "" : single ? plain(draft[name]![0]!) : (draft[name] ?? []).map(plain)]));
}

/** Entries of both, each key once. */
export const union = (first: Draft, second: Draft): Draft => Object.fromEntries(SECTIONS.map(({ name }) => {
  const keys = new Set((first[name] ?? []).map((entry) => entry.key));
  return [name, [...(first[name] ?? []), ...(second[name] ?? []).filter((entry) => !keys.has(entry.key))]];
}));

const find = (draft: Draft, section: string, key: string) => draft[section]?.find((entry) => entry.key === key);

/** How many items differ, were put in, taken out or moved. */
export function changes(before: Draft, after: Draft): number {
  let count = 0;
  for (const { name } of SECTIONS) {
    const old = before[name] ?? [], now = after[name] ?? [];
    const kept = now.filter((entry) => old.some(({ key }) => key === entry.key));
    count += now.length - kept.length + (old.length - kept.length) + kept.filter((entry) => !same(entry, find(before, name, entry.key))).length;
    const order = old.map(({ key }) => key).filter((key) => kept.some((entry) => entry.key === key));
    if (order.join() !== kept.map(({ key }) => key).join()) count++;
  }
  return count;
}

export interface Clash { section: string; key: string; mine: Entry | null; theirs: Entry | null }
export interface Joined { draft: Draft; clashes: Clash[]; theirs: number }

/** Both people's changes in one. Where both changed the same item, mine stays and theirs is told beside it; what one changed and the other took out stays. */
export function join(base: Draft, mine: Draft, theirs: Draft): Joined {
  const clashes: Clash[] = [];
  const draft: Draft = {};
  for (const { name } of SECTIONS) {
    const olds = base[name] ?? [], ours = mine[name] ?? [], others = theirs[name] ?? [];
    const order = (list: Entry[], keys: Set<string>) => list.map(({ key }) => key).filter((key) => keys.has(key)).join();
    const everywhere = new Set(olds.map(({ key }) => key).filter((key) => ours.some((entry) => entry.key === key) && others.some((entry) => entry.key === key)));
    const lead = order(ours, everywhere) !== order(olds, everywhere) ? ours : others; // whoever moved things decides the order
    const rest = lead === ours ? others : ours;
    const keys = lead.map(({ key }) => key);
    rest.forEach(({ key }, at) => {
      if (keys.includes(key)) return;
      const before = rest.slice(0, at).reverse().find((entry) => keys.includes(entry.key));
      keys.splice(before ? keys.indexOf(before.key) + 1 : 0, 0, key);
    });
    draft[name] = keys.flatMap((key) => {
      const old = find(base, name, key), own = find(mine, name, key), other = find(theirs, name, key);
      if (same(own, other)) return own ? [own] : [];
      if (same(own, old)) return other ? [other] : [];
      if (same(other, old)) return own ? [own] : [];
      clashes.push({ section: name, key, mine: own ?? null, theirs: other ?? null });
      return [own ?? other!];
    });
  }
  return { draft, clashes, theirs: changes(base, theirs) };
}

export type Whose = "machine" | "edited" | "person";
export function whose(entry: Entry, section: string, drafted: Draft | null): Whose {
  if (!drafted) return "machine";
  const first = find(drafted, section, entry.key);
  return !first ? "person" : same(entry, first) ? "machine" : "edited";
}
export const removed = (section: string, draft: Draft, drafted: Draft | null) => (drafted?.[section] ?? []).filter((entry) => !find(draft, section, entry.key));

/** Of its surest source; null where nothing on the company's pages is needed for it. */
export const sure = (entry: Entry) => (entry.sources.length ? Math.max(...entry.sources.map((source) => source.confidence)) : null);
export const UNSURE = 0.7;
export function needsLook(entry: Entry, section: string, drafted: Draft | null): boolean {
  if (section === "open_questions") return true;
  const confidence = sure(entry);
  return confidence !== null && confidence < UNSURE && whose(entry, section, drafted) === "machine";
}

export interface Piece { text: string; own: boolean }
const LONGEST = 600; // words; beyond, comparing word by word costs more than it tells

/** The later text in pieces: what stood there before, and what a person wrote. */
export function pieces(before: string, after: string): Piece[] {
  const old = before.split(/(?<=\s)/), now = after.split(/(?<=\s)/);
  if (old.length > LONGEST || now.length > LONGEST) return [{ text: after, own: before !== after }];
  const word = (token: string) => token.trim();
  const length = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i--) for (let j = now.length - 1; j >= 0; j--) {
    length[i]![j] = word(old[i]!) === word(now[j]!) ? length[i + 1]![j + 1]! + 1 : Math.max(length[i + 1]![j]!, length[i]![j + 1]!);
  }
  const out: Piece[] = [];
  const add = (text: string, own: boolean) => { const last = out.at(-1); if (last?.own === own) last.text += text; else out.push({ text, own }); };
  for (let i = 0, j = 0; j < now.length;) {
    if (i < old.length && word(old[i]!) === word(now[j]!)) { add(now[j]!, false); i++; j++; }
    else if (i < old.length && length[i + 1]![j]! >= length[i]![j + 1]!) i++;
    else add(now[j++]!, true);
  }
  return out;
}
