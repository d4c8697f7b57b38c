import { expect, test } from "vitest";
import { changes, join, needsLook, pieces, read, removed, union, whose, write, type Draft } from "./draft";

const source = (confidence: number) => ({ claim_id: "c", field: "f", value: "v", quote: "q", url: "u", confidence, inferred: false, basis: null });
const item = (text: string, more: object = {}) => ({ text, source_claims: [], sources: [], ...more });
const body = (goals: string[], tone = "Plain.") => ({
  company: "Brook", business_summary: item("Mends bicycles."), tone: item(tone, { value: "friendly_professional" }), goals: goals.map((goal) => item(goal)),
  topics: [item("What things cost.", { name: "Prices", evidence: [], source_claims: ["c"], sources: [source(0.6)] })],
});
const goals = (draft: Draft) => draft.goals!.map((entry) => entry.text);

test("what is read is written the same, without what only this page knows", () => {
  const sent = write(read(body(["One.", "Two."])));
  expect(sent).toMatchObject({ company: "Brook", goals: [{ text: "One.", source_claims: [] }, { text: "Two.", source_claims: [] }] });
  expect(JSON.stringify(sent)).not.toMatch(/key|sources"/);
});

test("an item keeps its key through moves, other words and a later version", () => {
  const first = read(body(["Answer at once by chat.", "Take the calls at night."]));
  const later = read(body(["Take the calls at night.", "Answer within a minute by chat.", "Sell more."]), first);
  expect(later.goals![0]!.key).toBe(first.goals![1]!.key);
  expect(later.goals![1]!.key).toBe(first.goals![0]!.key);
  expect(first.goals!.map(({ key }) => key)).not.toContain(later.goals![2]!.key);
});

test("whose words they are", () => {
  const drafted = read(body(["Answer at once by chat.", "Take calls."]));
  const now = read(body(["Answer within a minute by chat.", "Sell more."]), drafted);
  expect(now.goals!.map((entry) => whose(entry, "goals", drafted))).toEqual(["edited", "person"]);
  expect(removed("goals", now, drafted).map(({ text }) => text)).toEqual(["Take calls."]);
  expect(whose(now.tone![0]!, "tone", drafted)).toBe("machine");
  expect(needsLook(drafted.topics![0]!, "topics", drafted)).toBe(true);
  expect(needsLook({ ...drafted.topics![0]!, text: "Prices on the site." }, "topics", drafted)).toBe(false);
});

test("changes of two people come together; where they meet, both texts are kept", () => {
  const base = read(body(["One stays.", "Two changes.", "Three goes."]));
  const mine: Draft = { ...base, goals: [base.goals![0]!, { ...base.goals![1]!, text: "Two is mine." }, base.goals![2]!, { ...base.goals![0]!, key: "mine", text: "Four is new." }] };
  const theirs = read(body(["One stays.", "Two changes for them.", "Five is theirs."], "Dry."), base);
  const { draft, clashes } = join(base, mine, theirs);
  expect(new Set(goals(draft))).toEqual(new Set(["One stays.", "Two is mine.", "Four is new.", "Five is theirs."]));
  expect(draft.tone![0]!.text).toBe("Dry.");
  expect(clashes.map(({ mine, theirs }) => [mine?.text, theirs?.text])).toEqual([["Two is mine.", "Two changes for them."]]);
});

test("what one changed and the other took out stays, and is told", () => {
  const base = read(body(["One stays.", "Two changes."]));
  const mine: Draft = { ...base, goals: [base.goals![0]!] };
  const theirs: Draft = { ...base, goals: [base.goals![0]!, { ...base.goals![1]!, text: "Two is better." }] };
  const { draft, clashes } = join(base, mine, theirs);
  expect(goals(draft)).toEqual(["One stays.", "Two is better."]);
  expect(clashes).toMatchObject([{ mine: null, theirs: { text: "Two is better." } }]);
});

test("whoever moved things decides the order", () => {
  const base = read(body(["One.", "Two.", "Three."]));
  const mine: Draft = { ...base, goals: [base.goals![2]!, base.goals![0]!, base.goals![1]!] };
  const theirs: Draft = { ...base, goals: [...base.goals!, { ...base.goals![0]!, key: "theirs", text: "Four." }] };
  expect(goals(join(base, mine, theirs).draft)).toEqual(["Three.", "Four.", "One.", "Two."]);
  expect(changes(base, mine)).toBe(1);
  expect(changes(base, base)).toBe(0);
});

test("a person's words are told from those that stood there", () => {
  expect(pieces("We answer at once by chat.", "We answer within a minute by chat.").filter(({ own }) => own).map(({ text }) => text.trim())).toEqual(["within a minute"]);
  expect(pieces("Same.", "Same.")).toEqual([{ text: "Same.", own: false }]);
  expect(pieces("A b", "A b").map(({ text }) => text).join("")).toBe("A b");
});

test("keys of both are known once", () => {
  const one = read(body(["One."]));
  expect(union(one, one).goals).toHaveLength(1);
});
