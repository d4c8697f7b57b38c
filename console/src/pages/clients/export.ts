/** A timeline as a file: everything that the filter shows, not only what was scrolled to. */
import type { Moment } from "@/api/live";
import { readStory, type Filter } from "./story";

const COLUMNS: (keyof Moment)[] = ["number", "occurred_at", "section", "kind", "title", "detail", "actor_name", "lineage_id", "cause_number", "event_id"];
export const EXPORTED_AT_MOST = 20_000;

/** A cell that a spreadsheet would calculate is kept as text. */
function cell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
export const asCsv = (moments: Moment[]) => [COLUMNS.join(","), ...moments.map((moment) => COLUMNS.map((column) => cell(moment[column])).join(","))].join("\r\n");

export async function all(client: string, filter: Filter): Promise<Moment[]> {
  const found: Moment[] = [];
  let cursor: string | undefined;
  do {
    const page = await readStory(client, filter, cursor);
    found.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor && found.length < EXPORTED_AT_MOST);
  return found;
}

export function download(name: string, type: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
