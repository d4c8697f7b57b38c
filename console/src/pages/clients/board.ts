/** Cards of clients: the list, the header of one, and what waits for a person. */
import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import { liveKey, useMoments } from "@/api/live";
import { useCalmly } from "./calmly";
import { MOST, useClient } from "./data";

export type Card = Schema["ClientCard"];
export type Need = Schema["Need"];
type Cards = Schema["Page_ClientCard_"];

export interface Asked { search?: string; stage?: Card["stage"]; sort?: "recent" | "name" | "stage" }
const board = (query: Asked & { cursor?: string }) => ask(() => api.GET("/api/v1/board", { params: { query: { ...query, limit: MOST } } }));
/** What happened is written at its client at once; the order of the list changes while nobody points at it. */
export function useCards(asked: Asked, held: () => boolean) {
  const queries = useQueryClient();
  const key = ["clients", asked.search ?? "", asked.stage ?? "", asked.sort ?? ""];
  const cards = useInfiniteQuery({
    queryKey: key, initialPageParam: "",
    queryFn: ({ pageParam }: { pageParam: string }) => board({ ...asked, search: asked.search || undefined, cursor: pageParam || undefined }),
    getNextPageParam: (page) => page.next_cursor ?? undefined, placeholderData: (before) => before,
  });
  useMoments((moment) => {
    queries.setQueryData<InfiniteData<Cards>>(key, (now) => now && { ...now, pages: now.pages.map((page) => (page.items.some(({ client_id }) => client_id === moment.client_id)
      ? { ...page, items: page.items.map((card) => (card.client_id === moment.client_id ? { ...card, last: moment, unread: true } : card)) } : page)) });
  });
  useCalmly(cards.refetch, undefined, held);
  return cards;
}

/** Of one client, found by its short name, which no other has. */
export function useCard(client: string): Card | undefined {
  const slug = useClient(client).data?.slug;
  return useQuery({
    queryKey: liveKey(client, "card"), enabled: slug !== undefined,
    queryFn: async () => (await board({ search: slug })).items.find(({ client_id }) => client_id === client) ?? null,
  }).data ?? undefined;
}

export function useNeeds(client?: string) {
  return useQuery({ queryKey: liveKey(client ?? "all", "needs"), queryFn: async () => (await ask(() => api.GET("/api/v1/needs", { params: { query: { limit: MOST, ...(client ? { client_id: client } : {}) } } }))).items });
}
