/** Who is at the console and what they may do. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, of, type Schema } from "@/api/client";

export type Me = Schema["Me"];

/** Of the caller's own organization, or of a client's. */
export function useMe(client?: string) {
  return useQuery({ queryKey: ["me", client ?? "home"], queryFn: () => ask(() => api.GET("/api/v1/auth/me", client ? { headers: of(client) } : {})), staleTime: 60_000 });
}

/** Answers null when it may be done, else the reason to show. */
export function useBarred(permission: string, client?: string): string | null {
  const me = useMe(client).data;
  if (!me || me.permissions.includes(permission)) return null;
  return `Your roles (${me.roles.join(", ").replaceAll("_", " ") || "none"}) do not include ${permission}; an owner or admin can give it in Settings.`;
}
