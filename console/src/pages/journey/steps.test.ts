import { expect, test } from "vitest";
import { remaining, steps, type Facts } from "./steps";

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, second)).toISOString();
const client = { client_id: "c", name: "Tarnbrook", created_at: at(0) } as Facts["client"];
const job = { job_id: "j", status: "completed", pages: 20, refused: 2, expected: 22, claims: 61, answered_by: "rules", started_at: at(1), completed_at: at(9), created_at: at(0) } as Facts["job"];
const drafting = { status: "drafted", settled_at: at(12) } as Facts["drafting"];
const document = { status: "approved", items: 11, answered_by: "rules", automatic: true, approved_at: at(13) } as Facts["document"];
const whole: Facts = { client, job, readUntil: at(7), knowledge: { at: at(11), says: "20 documents, 90 passages" }, drafting, document, generation: { status: "created", settled_at: at(15) } as Facts["generation"], version: 1, deployedAt: at(16), conversations: 1, talkedAt: at(20) };
const states = (facts: Facts) => steps(facts).map((step) => step.state).join(" ");

test("a whole story has the durations of its own events", () => {
  expect(states(whole)).toBe("done done done done done done done done");
  expect(steps(whole).map((step) => step.ms)).toEqual([null, 6000, 2000, 2000, 3000, 1000, 3000, null]);
});

test("each step waits for the one before", () => {
  expect(states({})).toBe("next next next next next next next next");
  expect(states({ client, job: { ...job!, status: "running", pages: 10, refused: 1 } })).toBe("done now next next next next next next");
  expect(steps({ client, job: { ...job!, status: "running", pages: 10, refused: 1 } })[1]!.share).toBe(0.5);
  expect(states({ client, job })).toBe("done done done now now next next next");
  expect(states({ ...whole, document: { ...document!, status: "draft", approved_at: null }, version: undefined, generation: undefined })).toBe("done done done done done person next next");
  expect(states({ ...whole, version: undefined, generation: undefined })).toBe("done done done done done done now next");
});

test("a step that failed says why and what next", () => {
  const lost = steps({ client, job: { ...job!, status: "failed", reason: "robots.txt forbids it.", next: "Upload files." } });
  expect(lost[1]).toMatchObject({ state: "failed", says: "robots.txt forbids it.", next: "Upload files." });
  expect(states({ ...whole, version: undefined, generation: { status: "failed", reason: "No." } as Facts["generation"] })).toBe("done done done done done done failed next");
});

test("an agent that is live from before is not taken for one that is still being built", () => {
  expect(steps({ ...whole, generation: { status: "waiting" } as Facts["generation"] })[6]!.state).toBe("now");
});

test("what reading still takes is told from how it went", () => {
  const running = { ...job!, status: "running", pages: 9, refused: 1, expected: 30 };
  expect(remaining(running, Date.parse(at(11)))).toBe(20_000);
  expect(remaining({ ...running, pages: 1 }, Date.parse(at(11)))).toBeNull();
});
