/** Chooses the organization that a page is about: the installation's own, or a client by name. */
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { liveKey } from "@/api/live";
import { useMe } from "@/frame/me";

export function ClientSelect({ value, onChange, own = "This installation" }: { value: string; onChange: (client: string) => void; own?: string }) {
  const me = useMe().data;
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 150);
  const clients = useQuery({
    queryKey: liveKey("all", "clients", search), placeholderData: (before) => before,
    queryFn: () => ask(() => api.GET("/api/v1/clients", { params: { query: { limit: 100, ...(search.length > 1 ? { q: search } : {}) } } })),
  });
  const data = [
    ...(me ? [{ value: me.home_organization_id, label: own }] : []),
    ...(clients.data?.items ?? []).map((client) => ({ value: client.client_id, label: client.name })),
  ];
  return (
    <Select aria-label="Organization" size="xs" w={220} searchable allowDeselect={false} data={data} value={value || me?.home_organization_id || null} onSearchChange={setTyped}
      onChange={(client) => client && onChange(client)} nothingFoundMessage="No client has such a name" filter={({ options }) => options} />
  );
}
