/** What the pages of a client read, each with the key under which it is read again. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";
import { useCalmly } from "./calmly";

export type Client = Schema["Client"];
export type Claim = Schema["Claim-Output"];
export type Job = Schema["Progress"];
export type Report = Schema["Report"];
export type Document = Schema["DocumentShown"];
export type DocumentText = Schema["DocumentText"];
export const MOST = 100; // rows of a page of a list

export function useClient(client: string) {
  return useQuery({ queryKey: liveKey(client, "client"), queryFn: () => ask(() => api.GET("/api/v1/clients/{client}", { params: { path: { client } } })), enabled: client !== "" });
}

/** Everything known about a client: section → thing → field → value. */
export function useDossier(client: string) {
  return useQuery({ queryKey: liveKey(client, "dossier"), queryFn: () => ask(() => api.GET("/api/v1/dossier/{client_id}", { params: { path: { client_id: client } } })), enabled: client !== "" });
}
export type Sections = Record<string, Record<string, Record<string, unknown>>>;

export function useJobs(client: string) {
  return useQuery({ queryKey: liveKey(client, "research jobs"), queryFn: () => ask(() => api.GET("/api/v1/research/jobs", { headers: of(client), params: { query: { limit: MOST } } })), enabled: client !== "" });
}

/** A job that ended does not change any more. */
export function useReport(client: string, job: string | undefined, ended: boolean) {
  return useQuery({
    queryKey: ended ? ["report", client, job] : liveKey(client, "report", job),
    queryFn: () => ask(() => api.GET("/api/v1/research/jobs/{job_id}/report", { headers: of(client), params: { path: { job_id: job! } } })),
    enabled: job !== undefined, staleTime: ended ? Infinity : 0,
  });
}

/** One document with the text in which citations count their characters. */
export function useText(client: string, document: string | undefined, namespace?: string) {
  return useQuery({
    queryKey: liveKey(client, "document", document, namespace ?? ""),
    queryFn: () => ask(() => api.GET("/api/v1/documents/text", { headers: of(client), params: { query: { document_id: document!, ...(namespace ? { namespace } : {}) } } })),
    enabled: Boolean(document), staleTime: 60_000,
  });
}

export function useDocuments(client: string, query: string) {
  const documents = useInfiniteQuery({
    queryKey: ["documents", client, query], initialPageParam: "", enabled: client !== "",
    queryFn: ({ pageParam }) => ask(() => api.GET("/api/v1/documents", { headers: of(client), params: { query: { limit: MOST, ...(query ? { q: query } : {}), ...(pageParam ? { cursor: pageParam } : {}) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined, placeholderData: (before) => before,
  });
  useCalmly(documents.refetch, client);
  return documents;
}
