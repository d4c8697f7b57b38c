/** What the board reads: those that need somebody, the quiet ones of a stage, and the figures over all. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api, ask, type Schema } from "@/api/client";
import type { Card, Need } from "../clients/board";
import { useCalmly } from "../clients/calmly";

export type { Card };

export type Stage = Card["stage"];
export type Summary = Schema["BoardSummary"];
export interface Filter { q?: string; mine?: boolean; needs?: boolean }
export const STAGES: { stage: Stage; says: string; teaches: string }[] = [
  { stage: "prospect", says: "Prospect", teaches: "A client stands here until something is read about it." },
  { stage: "research", says: "Research", teaches: "Reading a website or files puts a client here, and drafts what it needs." },
  { stage: "requirements", says: "Requirements", teaches: "A draft stays here until a person approves it." },
  { stage: "rollout", says: "Rollout", teaches: "Approved requirements become a configuration here." },
  { stage: "live", says: "Live", teaches: "Once a version went live, its agent answers visitors." },
];
export const nameOf = (stage: Stage) => STAGES.find((one) => one.stage === stage)!.says;

const PAGE = { quiet: 12, all: 200 }, PAGES_AT_MOST = 50;
const cards = (filter: Filter, more: { stage?: Stage; needs?: boolean; limit: number; cursor?: string }) =>
  ask(() => api.GET("/api/v1/board", { params: { query: { ...(filter.q ? { search: filter.q } : {}), ...(filter.mine ? { assigned: "me" as const } : {}), ...more } } }));
const keyOf = (filter: Filter) => [filter.q ?? "", filter.mine ?? false];

export function useSummary() {
  const summary = useQuery({ queryKey: ["board", "summary"], queryFn: () => ask(() => api.GET("/api/v1/board/summary", {})) });
  useCalmly(summary.refetch);
  return summary;
}

/** Every card there is of a kind, page after page. */
function useAll(filter: Filter, name: string, needs: boolean | undefined, on: boolean, held?: () => boolean) {
  const all = useInfiniteQuery({
    queryKey: ["board", name, ...keyOf(filter)], initialPageParam: "", enabled: on,
    queryFn: ({ pageParam }: { pageParam: string }) => cards(filter, { limit: PAGE.all, ...(needs === undefined ? {} : { needs }), ...(pageParam ? { cursor: pageParam } : {}) }),
    getNextPageParam: (page, pages) => (pages.length < PAGES_AT_MOST ? page.next_cursor ?? undefined : undefined), placeholderData: (before) => before,
  });
  useEffect(() => { if (all.hasNextPage && !all.isFetching) void all.fetchNextPage(); }, [all.hasNextPage, all.isFetching, all.fetchNextPage]);
  useCalmly(() => on && all.refetch(), undefined, held);
  const items = useMemo(() => (all.data?.pages ?? []).flatMap((page) => page.items), [all.data]);
  return { items, query: all };
}
export const useNeedy = (filter: Filter, held: () => boolean) => useAll(filter, "needy", true, true, held);
export const useTable = (filter: Filter, held: () => boolean) => useAll(filter, filter.needs ? "needy" : "table", filter.needs ? true : undefined, true, held);

/** Those of a stage that need nobody, the newest event first, as many as one asks for. */
export function useQuiet(filter: Filter, stage: Stage, on: boolean, held: () => boolean) {
  const quiet = useInfiniteQuery({
    queryKey: ["board", "quiet", stage, ...keyOf(filter)], initialPageParam: "", enabled: on,
    queryFn: ({ pageParam }: { pageParam: string }) => cards(filter, { stage, needs: false, limit: pageParam ? PAGE.all : PAGE.quiet, ...(pageParam ? { cursor: pageParam } : {}) }),
    getNextPageParam: (page) => page.next_cursor ?? undefined, placeholderData: (before) => before,
  });
  useCalmly(() => on && quiet.refetch(), undefined, held);
  return { items: on ? (quiet.data?.pages ?? []).flatMap((page) => page.items) : [], query: quiet };
}

/** Where a need is met. */
export function placeOf(need: Need): { to: string; search?: Record<string, string> } {
  switch (need.kind) {
    case "approve_requirements": return { to: `/clients/${need.client_id}/requirements` };
    case "conversation_waiting": return { to: `/inbox/${need.client_id}/${need.subject_id}` };
    case "research_failed": return { to: `/clients/${need.client_id}/research`, search: { job: need.subject_id } };
    case "budget_spent": return { to: `/clients/${need.client_id}` };
    case "event_parked": return { to: "/develop/parked" };
  }
}
