/** One event with what stands around it: why it happened, what came of it, and its lineage both ways. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey, type Moment } from "@/api/live";

export type Told = Schema["EventDetail"];
export function useTold(client: string, event: string) {
  return useQuery({ queryKey: liveKey(client, "told", event), queryFn: () => ask(() => api.GET("/api/v1/timeline/{event_id}", { headers: of(client), params: { path: { event_id: event } } })), staleTime: 60_000 });
}

/** Why it happened: its cause, or else what stood before it in the same matter. */
export function reasonOf({ moment, causes, lineage }: Told): { word: "Because" | "After"; moment: Moment } | null {
  if (causes[0]) return { word: "Because", moment: causes[0] };
  const before = lineage.filter((other) => other.number < moment.number && moment.subject !== null && other.subject?.id === moment.subject.id).sort((a, b) => b.number - a.number)[0];
  return before ? { word: "After", moment: before } : null;
}
