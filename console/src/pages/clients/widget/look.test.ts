import { expect, test } from "vitest";
import { bodyOf, changed, listed, lookOf } from "./look";
import { readOrigin } from "./origins";

test("what the form does not know stays as it is", () => {
  const body = { system_prompt: { role: "assistant" }, greeting: "Hello", widget: { title: "Ask", newer: 1 } };
  const look = lookOf(body);
  expect(look).toMatchObject({ greeting: "Hello", title: "Ask", position: "right", theme: "auto", files: true, asks: null, hours: null });
  const made = bodyOf(body, { ...look, title: " ", accent: "petrol" });
  expect(made).toMatchObject({ system_prompt: { role: "assistant" }, greeting: "Hello", widget: { title: null, accent: "petrol", newer: 1 } });
});
test("a version that says nothing of the chat reads as the defaults, and writing them back changes nothing of the look", () => {
  expect(lookOf(bodyOf({}, lookOf({})))).toEqual(lookOf({}));
});
test("what changed is told in words", () => {
  const before = lookOf({});
  expect(listed(changed(before, { ...before, title: "Ask", files: false, asks: { intro: "", fields: [{ name: "email", required: true }] } }))).toBe("title, files and what is asked first");
  expect(changed(before, { ...before })).toEqual([]);
});
test("an origin is a site, and everything else is told how to be one", () => {
  expect(readOrigin(" HTTPS://www.Example.com:443/ ")).toEqual({ origin: "https://www.example.com" });
  expect(readOrigin("https://*.example.com")).toEqual({ origin: "https://*.example.com" });
  expect(readOrigin("http://localhost:8080")).toEqual({ origin: "http://localhost:8080" });
  expect(readOrigin("www.example.com")).toMatchObject({ says: expect.stringContaining("Write https://www.example.com,") });
  expect(readOrigin("https://example.com/shop?a=1")).toMatchObject({ says: expect.stringContaining("whole site") });
  expect(readOrigin("ftp://example.com")).toMatchObject({ says: expect.stringContaining("not ftp://") });
  expect(readOrigin("my shop")).toMatchObject({ says: expect.stringContaining("no site's address") });
  expect(readOrigin("*")).toMatchObject({ says: expect.stringContaining("leave the list empty") });
  expect(readOrigin("")).toMatchObject({ says: expect.stringContaining("https://www.example.com") });
});
