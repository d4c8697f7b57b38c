/** A timeline as a file: everything that the filter shows, not only what was scrolled to. */
import type { Moment } from "@/api/live";
import { csv } from "@/kit/csv";
import { readStory, type Filter } from "./story";

const COLUMNS: (keyof Moment)[] = ["number", "occurred_at", "section", "kind", "title", "detail", "actor_name", "lineage_id", "cause_number", "event_id"];
export const EXPORTED_AT_MOST = 20_000;

export const asCsv = (moments: Moment[]) => csv(COLUMNS.map((column) => [column, (moment: Moment) => moment[column]]), moments);

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
