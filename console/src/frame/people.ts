/** Who somebody is, where only an id is told: colleagues here and the client's own people. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, of } from "@/api/client";
import { useEffect, useRef } from "react";
import { useMe } from "./me";

const MOST = 200;
const read = (client?: string) => ask(() => api.GET("/api/v1/people/names", { params: { query: { limit: MOST } }, ...(client ? { headers: of(client) } : {}) }));

/** Answers "you", a name, or "a colleague" for those whose name may not be read here. */
export function useNames(client: string): (id: string | null | undefined, otherwise?: string) => string {
  const me = useMe().data;
  const home = useQuery({ queryKey: ["names", "home"], queryFn: () => read(), staleTime: 300_000 });
  const theirs = useQuery({ queryKey: ["names", client], queryFn: () => read(client), staleTime: 300_000 });
  const sought = useRef(new Set<string>()); // who came after the names were read: they are read once more
  const missing = useRef(false);
  useEffect(() => { if (missing.current) { missing.current = false; void home.refetch(); void theirs.refetch(); } });
  return (id, otherwise = "a colleague") => {
    if (!id) return otherwise;
    if (id === me?.user_id) return "you";
    const found = [...(home.data?.items ?? []), ...(theirs.data?.items ?? [])].find((person) => person.id === id);
    if (!found && home.data && theirs.data && !sought.current.has(id)) { sought.current.add(id); missing.current = true; }
    return found?.name ?? otherwise;
  };
}
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
