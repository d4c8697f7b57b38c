import { expect, test } from "vitest";
import { placeOf, unreadable } from "./faults";

const TEXT = "config_metadata:\n  product_type: chatbot\ntools_available:\n  - tool_name: search_knowledge\n    status: implemented\n  - tool_name: fly\n    status: planned\ngreeting: Hello\n";
const at = (path: string) => { const { from, to } = placeOf(TEXT, path); return TEXT.slice(from, to); };

test("a fault stands at the value that its path names", () => {
  expect(at("tools_available[1].status")).toBe("planned");
  expect(at("greeting")).toBe("Hello");
});
test("what is missing is told at the nearest thing around it", () => {
  expect(at("tools_available[0].purpose")).toBe("tool_name: search_knowledge");
  expect(at("llm_config")).toBe("config_metadata:");
  expect(at("config_metadata")).toBe("config_metadata");
});
test("text that is no YAML is told by its place", () => {
  expect(unreadable(TEXT)).toBe(null);
  const found = unreadable("a: [1, 2\nb: 3\n")!;
  expect(found.says).toMatch(/flow|,|]/i);
  expect(found.place.from).toBeGreaterThan(0);
});
