import { expect, test } from "vitest";
import { indexOf, placeOf } from "./quote";

test("offsets count characters, not halves of them", () => {
  const text = "🛠 repairs, 🛠 parts";
  expect(text.slice(indexOf(text, 2), indexOf(text, 9))).toBe("repairs");
  expect(text.slice(indexOf(text, 13), indexOf(text, 18))).toBe("parts");
  expect(indexOf("plain", 3)).toBe(3);
});

test("a quote is found at its offsets, else by its words, else not", () => {
  expect(placeOf("one two one", "one", 8, 11)).toEqual([8, 11]);
  expect(placeOf("new one two", "two", 0, 3)).toEqual([8, 11]);
  expect(placeOf("nothing", "gone", 0, 4)).toBeNull();
  expect(placeOf("nothing", "", 2, 4)).toEqual([2, 4]);
});
