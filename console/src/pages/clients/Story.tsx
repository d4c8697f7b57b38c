/** The story of one client: filtered by section, words or lineage; what is new waits above; X takes it along as a file. */
import { Menu } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useKeys } from "@/frame/keys";
import { Button, Pill } from "@/kit/Button";
import { download } from "@/kit/csv";
import { Icon } from "@/kit/Icon";
import { useInspect } from "@/kit/inspect/Inspector";
import { refuse, say } from "@/kit/notice";
import { Search } from "@/kit/Search";
import type { useSide } from "@/kit/side";
import { Empty, Shown } from "@/kit/states";
import { Timeline } from "@/kit/Timeline";
import { Away, useAway } from "./Away";
import { Because } from "./Because";
import { all, asCsv, EXPORTED_AT_MOST } from "./export";
import { plural } from "./fields";
import { Head } from "./Head";
import { sectionName } from "./sections";
import { useCounts, useStory, type Filter } from "./story";

export function Story({ client, name, side }: { client: string; name: string; side: ReturnType<typeof useSide> }) {
  const navigate = useNavigate();
  const { section, lineage } = useSearch({ strict: false }) as { section?: string; lineage?: string };
  const [query, setQuery] = useState("");
  const [search] = useDebouncedValue(query.trim(), 200);
  const [menu, setMenu] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const inspect = useInspect();
  const filter: Filter = { section, lineage, search: search.length > 1 ? search : undefined };
  const story = useStory(client, filter);
  const counts = useCounts(client).data;
  const away = useAway(client, story.moments[0]?.number);
  const set = (change: { section?: string; lineage?: string }) => void navigate({ to: ".", search: (now: Record<string, unknown>) => ({ ...now, ...change }), replace: true } as never);
  const follow = (id: string) => set({ lineage: lineage === id ? undefined : id });

  const take = async (form: "csv" | "json") => {
    try {
      const moments = await all(client, filter);
      download(`${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-timeline.${form}`, form === "csv" ? "text/csv" : "application/json", form === "csv" ? asCsv(moments) : JSON.stringify(moments, null, 1));
      say(`${plural(moments.length, "event")} exported${moments.length >= EXPORTED_AT_MOST ? ", the newest of more" : ""}.`);
    } catch (error) { refuse(error); }
  };
  const into = () => box.current?.querySelector<HTMLElement>("[data-timeline] .fact")?.focus();
  useKeys([
    { keys: "j", says: "Event", run: into, shown: true },
    { keys: "k", says: "Event before", run: into },
    { keys: "l", says: "Lineage", run: () => (lineage ? set({ lineage: undefined }) : into()), shown: true },
    { keys: "x", says: "Export", run: () => setMenu(true), shown: true },
    { keys: "f", says: "Find in the timeline", run: () => field.current?.focus() },
  ]);
  const filtered = Boolean(section || lineage || filter.search);
  return (
    <div className="middle" ref={box}>
      <Head client={client}>{side.folded && <Button icon="list" onClick={side.toggle}>What waits</Button>}</Head>
      <div className="row wrap" style={{ padding: "10px 20px 6px", gap: 6 }} role="group" aria-label="Filters of the timeline">
        <Pill on={!section} count={counts?.total} onClick={() => set({ section: undefined })}>All</Pill>
        {Object.entries(counts?.sections ?? {}).filter(([, count]) => count > 0).map(([name, count]) => <Pill key={name} on={section === name} count={count} onClick={() => set({ section: section === name ? undefined : name })}>{sectionName(name)}</Pill>)}
        {lineage && <button type="button" className="pill" aria-pressed="true" onClick={() => set({ lineage: undefined })} title="Show all lineages">lineage <span className="mono">{lineage.replaceAll("-", "").slice(-4).toUpperCase()}</span><Icon name="x" size="s" label="remove" /></button>}
        <span className="sp" />
        <Search ref={field} value={query} onChange={setQuery} placeholder="Find in the timeline" keys="F" onKeyDown={(event) => { if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); into(); } }} />
        <Menu opened={menu} onChange={setMenu} position="bottom-end" trapFocus returnFocus>
          <Menu.Target><Button kind="quiet" icon="down2" label="Export what is shown" /></Menu.Target>
          <Menu.Dropdown><Menu.Label>{filtered ? "What the filters show" : "The whole timeline"}</Menu.Label><Menu.Item leftSection={<Icon name="cols" />} onClick={() => take("csv")}>As a table (CSV)</Menu.Item><Menu.Item leftSection={<Icon name="file" />} onClick={() => take("json")}>As JSON</Menu.Item></Menu.Dropdown>
        </Menu>
      </div>
      <Shown query={story.query} what="the timeline" rows={8} height={36} empty={() => story.moments.length === 0 && (filtered
        ? <Empty icon="filter" title="No event is like that." action={<Button onClick={() => { setQuery(""); set({ section: undefined, lineage: undefined }); }}>Show all</Button>} />
        : <Empty icon="pulse" title="Nothing has happened yet.">Each thing that happens with this client is told here: pages read, requirements approved, versions deployed, conversations.</Empty>)}>
        {() => <Timeline moments={story.moments} seen={away.seen} counts={filtered ? undefined : counts?.days} more={story.more} header={<Away away={away} client={client} />}
          expanded={(moment) => <Because moment={moment} onLineage={follow} />} onOpen={(moment) => inspect("event", client, moment.event_id)} onLineage={follow} />}
      </Shown>
    </div>
  );
}
