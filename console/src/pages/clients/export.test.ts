import { expect, test } from "vitest";
import type { Moment } from "@/api/live";
import { asCsv } from "./export";

const moment = (title: string) => ({ number: 7, occurred_at: "2026-01-02T03:04:05Z", section: "research", kind: "research.page_read", title, detail: null, lineage_id: null, event_id: "e" }) as unknown as Moment;

test("a spreadsheet calculates nothing and cells keep their commas, quotes and lines", () => {
  const [head, first, second] = asCsv([moment('=HYPERLINK("x")'), moment("Read “a, b”")]).split("\r\n");
  expect(head).toBe("number,occurred_at,section,kind,title,detail,actor_name,lineage_id,cause_number,event_id");
  expect(first).toBe('7,2026-01-02T03:04:05Z,research,research.page_read,"\'=HYPERLINK(""x"")",,,,,e');
  expect(second).toBe('7,2026-01-02T03:04:05Z,research,research.page_read,"Read “a, b”",,,,,e');
});
