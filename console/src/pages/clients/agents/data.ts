/** What the page of a client's agents reads. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ask, of, raw, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";

export type Configuration = Schema["ConfigurationItem"];
export type Version = Schema["VersionItem"];
export type Whole = Schema["Version"];
export type Fault = Schema["Fault"];
export type Environment = Schema["Deploy"]["environment"];
export type Change = Schema["Difference"];
export const ENVIRONMENTS: Environment[] = ["development", "staging", "production"];

export function useConfigurations(client: string) {
  return useQuery({ queryKey: liveKey(client, "configurations"), queryFn: () => ask(() => api.GET("/api/v1/configurations", { headers: of(client), params: { query: { limit: 50 } } })) });
}

export function useGenerations(client: string) {
  return useQuery({ queryKey: liveKey(client, "generations"), queryFn: () => ask(() => api.GET("/api/v1/configurations/generations", { headers: of(client), params: { query: { limit: 20 } } })) });
}

export function useVersions(client: string, config_id: string) {
  return useInfiniteQuery({
    queryKey: liveKey(client, "versions", config_id), initialPageParam: "",
    queryFn: ({ pageParam }) => ask(() => api.GET("/api/v1/configurations/{config_id}/versions", { headers: of(client), params: { path: { config_id }, query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** A version never changes; only where it is deployed does. */
export function useVersion(client: string, config_id: string, number: number | null) {
  return useQuery({ queryKey: ["version", client, config_id, number], enabled: number !== null, staleTime: Infinity, queryFn: () => ask(() => api.GET("/api/v1/configurations/{config_id}/versions/{number}", { headers: of(client), params: { path: { config_id, number: number! } } })) });
}

/** Which version it is and when it was made is no part of what it says; the server writes it. */
export const words = (text: string) => text.replace(/^config_metadata:\n(?: .*\n)*/, (block) => block.replace(/^ {2}(?:config_id|client_id|version|created_at):.*\n/gm, ""));

export function useText(client: string, config_id: string, number: number | null) {
  return useQuery({
    queryKey: ["version text", client, config_id, number], enabled: number !== null && number > 0, staleTime: Infinity,
    queryFn: async () => (await raw(`/api/v1/configurations/${config_id}/versions/${number}`, { headers: { ...of(client), Accept: "application/yaml" } })).text(), select: words,
  });
}

/** What the server says of a version that is not saved, as text or as what the text says. */
export function useChecked(client: string, body: string | Record<string, unknown> | null, on: boolean) {
  return useQuery({
    queryKey: ["validation", client, body], enabled: on && body !== null, staleTime: Infinity, gcTime: 60_000, placeholderData: (before) => before,
    queryFn: () => ask(() => api.POST("/api/v1/configurations/validate", { headers: of(client), body: { body: body! } })),
  });
}

export function useDifference(client: string, config_id: string, from: number | null, to: number | null) {
  return useQuery({
    queryKey: ["difference", client, config_id, from, to], enabled: from !== null && to !== null && from > 0, staleTime: Infinity,
    queryFn: () => ask(() => api.GET("/api/v1/configurations/{config_id}/diff", { headers: of(client), params: { path: { config_id }, query: { from: from!, to: to! } } })),
  });
}

/** How many conversations took each version. */
export function useCounts(client: string, config_id: string) {
  const counts = useQuery({ queryKey: liveKey(client, "version counts", config_id), queryFn: () => ask(() => api.GET("/api/v1/chat/versions/{config_id}", { headers: of(client), params: { path: { config_id } } })) }).data;
  return (version: number) => counts && (counts.items.find(({ config_version }) => config_version === version) ?? { config_version: version, conversations: 0, running: 0 });
}
export const chats = (count: number) => (count === 1 ? "1 running chat" : `${count.toLocaleString()} running chats`);
export const keeping = (count: number, version: number) => `${chats(count)} ${count === 1 ? "keeps" : "keep"} version ${version}`;
