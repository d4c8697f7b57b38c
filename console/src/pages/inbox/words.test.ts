import { describe, expect, it } from "vitest";
import { pieces } from "./words";

const shown = (drafted: string, text: string) => pieces(drafted, text).map(({ text, mine }) => (mine ? `[${text}]` : text)).join("");

describe("the words of a person in a draft of the machine's", () => {
  it("are none before anything was written", () => expect(shown("Three working days.", "Three working days.")).toBe("Three working days."));
  it("are what was added", () => expect(shown("Three working days.", "Three working days. I will write.")).toBe("Three working days.[ I will write.]"));
  it("are what was put in the place of others", () => expect(shown("Three working days from now.", "Five working days from now.")).toBe("[Five] working days from now."));
  it("hold their own spaces", () => expect(shown("It costs £19.", "It costs about twenty pounds.")).toBe("It costs [about twenty pounds.]"));
  it("leave out what was taken away", () => expect(shown("a b c d", "a d")).toBe("a d"));
  it("are all of it when nothing was drafted", () => expect(shown("", "Hello there")).toBe("[Hello there]"));
  it("make the text again", () => expect(pieces("one two\n three", "one\n\ntwo x three ").map((piece) => piece.text).join("")).toBe("one\n\ntwo x three "));
});
