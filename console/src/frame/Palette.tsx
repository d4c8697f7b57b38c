/** One field: do, go, or find; in that order. */
import { createSpotlight, Spotlight } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { Icon, type IconName } from "@/kit/Icon";
import { Keys } from "@/kit/Button";
import { Time } from "@/kit/time";
import { useAllKeys } from "./keys";
import { hrefOf } from "./subjects";

const [store, actions] = createSpotlight();

/** What is typed before the field has the keyboard goes into it, not to the page's keys. */
let early: string | null = null;
const catchEarly = (event: KeyboardEvent) => {
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  early = (early ?? "") + event.key;
};
const stopCatching = () => document.removeEventListener("keydown", catchEarly, true);
export function openPalette(): void {
  early = "";
  document.addEventListener("keydown", catchEarly, true);
  actions.open();
}
const ICON: Record<string, IconName> = { client: "clients", person: "user", conversation: "chat", document: "book", event: "pulse" };

export function Palette({ onHelp }: { onHelp: () => void }) {
  const navigate = useNavigate();
  const keys = useAllKeys();
  const [query, setQuery] = useState("");
  const [asked] = useDebouncedValue(query.trim(), 120);
  const found = useQuery({
    queryKey: ["search", asked], enabled: asked.length > 1, placeholderData: (before) => before,
    queryFn: () => ask(() => api.GET("/api/v1/search", { params: { query: { q: asked, limit: 20 } } })),
  });
  const does = keys.filter((key) => key.keys !== "Ctrl k" && key.keys !== "?" && key.says.toLowerCase().includes(query.trim().toLowerCase()));
  const results = asked.length > 1 ? (found.data?.results ?? []) : [];
  return (
    <Spotlight.Root store={store} query={query} onQueryChange={setQuery} clearQueryOnClose onSpotlightClose={stopCatching} shortcut={null} maxHeight={480} scrollable role="search" aria-label="Search and commands">
      <Spotlight.Search onFocus={() => { stopCatching(); if (early !== null) setQuery(early); early = null; }} placeholder="Search clients, people, conversations, documents, events, or run a command" aria-label="Search or command" leftSection={<Icon name="search" />} />
      <Spotlight.ActionsList>
        {results.length > 0 && (
          <Spotlight.ActionsGroup label="Found">
            {results.map((result) => (
              <Spotlight.Action key={`${result.type}${result.id}`} onClick={() => void navigate(hrefOf(result))}>
                <Icon name={ICON[result.type] ?? "ok"} /><span className="sp el" style={{ marginLeft: 8 }}><span className="b">{result.title}</span> <span className="t2">{result.snippet}</span></span>
                <span className="cap">{result.client_name}{result.occurred_at && <> · <Time at={result.occurred_at} /></>}</span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {does.length > 0 && (
          <Spotlight.ActionsGroup label="Do and go">
            {does.slice(0, query ? 8 : 14).map((key) => <Spotlight.Action key={key.keys} onClick={key.run}><span className="sp">{key.says}</span><Keys of={key.keys.split(" ").map((part) => (part.length === 1 ? part.toUpperCase() : part))} /></Spotlight.Action>)}
            {"all keys".includes(query.trim().toLowerCase()) && <Spotlight.Action onClick={onHelp}><span className="sp">All keys</span><Keys of={["?"]} /></Spotlight.Action>}
          </Spotlight.ActionsGroup>
        )}
        {asked.length > 1 && results.length === 0 && does.length === 0 && <Spotlight.Empty>{found.isFetching ? "Searching" : `Nothing is called “${asked}”. Try a client's name, a word of a message, or a document's title.`}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
