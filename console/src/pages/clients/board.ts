/** The cards of all clients: one reading for the list, the headers and the needs. */
import { useQuery } from "@tanstack/react-query";
import { raw } from "@/api/client";
import { liveKey } from "@/api/live";

export interface Card {
  client_id: string; name: string; slug: string; website: string | null; industry: string | null; stage: string; stage_since: string; assigned_to: string | null; assigned_name: string | null;
  last: { number: number; kind: string; section: string; title: string; occurred_at: string } | null; needs: number; next: { kind: string; title: string; since: string; due_at: string | null } | null;
  facts: number; sources: number; documents: number; conversations: number; waiting: number;
}
export function useCards() {
  return useQuery({ queryKey: liveKey("all", "board"), queryFn: async () => ((await (await raw("/api/v1/board")).json()) as { items: Card[] }).items });
}
export function useCard(client: string): Card | undefined {
  return useCards().data?.find((card) => card.client_id === client);
}
