/** The timeline of one client: the newest as they happen, older ones as the reader comes to them. */
import { infiniteQueryOptions, useInfiniteQuery, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api, ask } from "@/api/client";
import { liveKey, useMoments, type Moment } from "@/api/live";
import { zone } from "@/kit/time";
import { MOST } from "./data";

export interface Filter { section?: string; lineage?: string; search?: string }

export function readStory(client: string, { section, lineage, search }: Filter, cursor?: string, limit = MOST) {
  return ask(() => api.GET("/api/v1/timeline", { params: { query: { client_id: client, limit, ...(section ? { section } : {}), ...(lineage ? { lineage_id: lineage } : {}), ...(search ? { search } : {}), ...(cursor ? { cursor } : {}) } } }));
}

const newestFirst = (a: Moment, b: Moment) => (a.occurred_at === b.occurred_at ? b.number - a.number : Date.parse(b.occurred_at) - Date.parse(a.occurred_at) || b.number - a.number);

const keyOf = (client: string, { section, lineage, search }: Filter) => [client, section ?? "", lineage ?? "", search ?? ""];
const told = (client: string, filter: Filter) => infiniteQueryOptions({
  queryKey: ["story", ...keyOf(client, filter)], queryFn: ({ pageParam }) => readStory(client, filter, pageParam || undefined),
  initialPageParam: "", getNextPageParam: (page) => page.next_cursor ?? undefined, staleTime: Infinity, gcTime: 60_000,
});
export const readAhead = (queries: QueryClient, client: string, { section, lineage }: Filter) => queries.prefetchInfiniteQuery(told(client, { section, lineage }));

export function useStory(client: string, filter: Filter) {
  const queries = useQueryClient();
  const key = useMemo(() => keyOf(client, filter), [client, filter.section, filter.lineage, filter.search]);
  const [fresh, setFresh] = useState<{ key: unknown; moments: Moment[] }>({ key, moments: [] });
  const arrived = fresh.key === key ? fresh.moments : [];
  const add = (moments: Moment[]) => setFresh((now) => ({ key, moments: [...(now.key === key ? now.moments : []), ...moments] }));

  const older = useInfiniteQuery(told(client, filter));
  // What has no place on the socket, and what a break hid, is found by reading the newest again; what is older never changes.
  const newest = useQuery({ queryKey: liveKey(client, "newest", ...key), queryFn: () => readStory(client, filter), enabled: older.data !== undefined });

  const known = useMemo(() => {
    const all = new Map<string, Moment>();
    for (const page of older.data?.pages ?? []) for (const moment of page.items) all.set(moment.event_id, moment);
    for (const moment of arrived) all.set(moment.event_id, moment);
    return all;
  }, [older.data, arrived]);
  const moments = useMemo(() => [...known.values()].sort(newestFirst), [known]);

  useEffect(() => {
    const items = newest.data?.items;
    if (!items || !older.data) return;
    const unknown = items.filter((moment) => !known.has(moment.event_id));
    if (unknown.length === 0) return;
    if (unknown.length === items.length && known.size > 0 && newest.data?.next_cursor) { // more was missed than one page: begin again
      setFresh({ key, moments: [] });
      void queries.resetQueries({ queryKey: ["story", ...key] });
    } else add(unknown);
  }, [newest.data]);

  useMoments((moment) => {
    if (moment.client_id !== client || filter.search || (filter.section && moment.section !== filter.section) || (filter.lineage && moment.lineage_id !== filter.lineage)) return;
    add([moment]);
  });
  return { query: older, moments, more: { has: older.hasNextPage, busy: older.isFetchingNextPage, read: () => void older.fetchNextPage() } };
}

/** How many events there are in all, by section and by day of the reader's calendar. */
export function useCounts(client: string) {
  return useQuery({
    queryKey: liveKey(client, "counts"),
    queryFn: () => ask(() => api.GET("/api/v1/timeline/counts", { params: { query: { client_id: client, zone: zone() } } })),
    select: ({ sections, days }) => ({ sections, total: Object.values(sections).reduce((sum, count) => sum + count, 0), days: Object.fromEntries(days.map(({ day, events }) => [day, events])) }),
  });
}
