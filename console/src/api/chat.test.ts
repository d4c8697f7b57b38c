import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Talk, type Message } from "./chat";

const CLIENT = "0190a000-0000-7000-8000-000000000001", CONVERSATION = "0190a000-0000-7000-8000-000000000002";

/** The server's end of a line. */
class Line {
  readyState = 1;
  said: Record<string, unknown>[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onopen: (() => void) | null = null;
  constructor(readonly url: string) {}
  send(text: string) { this.said.push(JSON.parse(text)); }
  close(code = 1006) { this.readyState = 3; this.onclose?.({ code }); }
  tell(frame: object) { this.onmessage?.({ data: JSON.stringify(frame) }); }
}
const line = (lines: Line[]) => lines.at(-1)!;
const message = (position: number, more: Partial<Message> = {}): Message => ({ message_id: `m${position}`, position, role: "assistant", content: `answer ${position}`, citations: [], actions: [], attachments: [], created_at: "2026-11-20T10:00:00Z", ...more });

let lines: Line[], talk: Talk;
beforeEach(async () => {
  vi.useFakeTimers();
  sessionStorage.clear();
  sessionStorage.setItem(`retinue.chat.${CLIENT}.test.`, JSON.stringify({ conversation: CONVERSATION, token: "secret", version: 3 }));
  lines = [];
  talk = new Talk({ client: CLIENT }, (url) => { const made = new Line(url); lines.push(made); return made as unknown as WebSocket; });
  talk.open();
  await vi.advanceTimersByTimeAsync(0);
  line(lines).tell({ type: "message", ...message(1, { content: "Hello" }), last: 1 });
});
afterEach(() => { talk.close(); vi.useRealTimers(); });

test("the token is the first thing said, and stands in no address", () => {
  line(lines).onopen?.();
  expect(line(lines).said).toEqual([{ type: "auth", token: "secret" }]);
  expect(line(lines).url).not.toContain("secret");
});

test("one message at a time; each stands where the server put it", () => {
  talk.send("first");
  talk.send("second");
  const [first] = line(lines).said;
  expect(line(lines).said).toHaveLength(1);
  line(lines).tell({ type: "ack", id: first!.id, message_id: "v2", position: 2 });
  expect(line(lines).said.at(-1)).toMatchObject({ type: "message", content: "second" });
  line(lines).tell({ type: "delta", content: "An" });
  expect(talk.now().piece).toBe("An");
  line(lines).tell({ type: "message", ...message(4, { in_answer_to: "v2" }) });
  expect(talk.now().messages.map((one) => one.position)).toEqual([1, 2, 4]);
  expect(talk.now().piece).toBe("");
  expect(talk.now().took).toHaveProperty("m4");
  expect(talk.now().unsent.map((unsent) => unsent.content)).toEqual(["second"]);
});

test("after a break the same message goes out under the same id, and what was missed is asked for", async () => {
  talk.send("still there?");
  const sent = line(lines).said[0]!;
  line(lines).close();
  expect(talk.now().link).toBe("broken");
  await vi.advanceTimersByTimeAsync(1000);
  expect(lines).toHaveLength(2);
  line(lines).tell({ type: "message", ...message(1), last: 3 });
  expect(line(lines).said).toEqual([{ type: "resume", after: 1 }, sent]);
  line(lines).tell({ type: "message", ...message(2, { message_id: "v2", role: "visitor", content: "still there?" }) });
  line(lines).tell({ type: "message", ...message(3, { in_answer_to: "v2" }) });
  line(lines).tell({ type: "ack", id: sent.id, message_id: "v2", position: 2 });
  expect(talk.now().messages.map((one) => one.message_id)).toEqual(["m1", "v2", "m3"]);
  expect(talk.now().unsent).toEqual([]);
});

test("a refusal belongs to its message, which waits for the person; the next goes on", () => {
  talk.send("too much");
  talk.send("next");
  line(lines).tell({ type: "error", status: 429, title: "Too many", detail: "60 messages an hour are enough.", next: "Wait." });
  expect(talk.now().unsent[0]!.problem!.detail).toBe("60 messages an hour are enough.");
  expect(line(lines).said.at(-1)).toMatchObject({ content: "next" });
});

test("what was not sent is still there after the page is loaded again", async () => {
  line(lines).close();
  talk.send("written in a tunnel");
  talk.close();
  const again = new Talk({ client: CLIENT }, (url) => { const made = new Line(url); lines.push(made); return made as unknown as WebSocket; });
  again.open();
  expect(again.now().unsent.map((unsent) => unsent.content)).toEqual(["written in a tunnel"]);
  again.close();
});

test("a link that does not answer a ping is opened again", async () => {
  await vi.advanceTimersByTimeAsync(20_000);
  expect(line(lines).said.at(-1)).toEqual({ type: "ping" });
  await vi.advanceTimersByTimeAsync(12_000);
  expect(lines.length).toBeGreaterThan(1);
});
