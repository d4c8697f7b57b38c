/** Conversations of every client that one looks after: whose turn it is, who waits and how long. */
import { Popover, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState, type Ref } from "react";
import { useKeys } from "@/frame/keys";
import { Button, Segments } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Rows, type Walk } from "@/kit/Rows";
import { Search } from "@/kit/Search";
import { Empty, Loading, Trouble } from "@/kit/states";
import { lasted, Time, useNow } from "@/kit/time";
import { CHANNELS, channelOf, useCounts, useLines, visitorOf, type Box, type Filters, type Line } from "./data";

interface Props { filters: Filters; onFilters: (change: Partial<Filters>) => void; current: string | undefined; me: string | undefined; walk: Ref<Walk>; onLines: (lines: Line[]) => void; covered: boolean }

export function List({ filters, onFilters, current, me, walk, onLines, covered }: Props) {
  const [typed, setTyped] = useState(filters.search);
  const [search] = useDebouncedValue(typed.trim(), 150);
  const field = useRef<HTMLInputElement>(null);
  const counts = useCounts().data;
  const { query, items, more } = useLines({ ...filters, search: search.length > 1 ? search : "" });
  useEffect(() => { if (search !== filters.search) onFilters({ search }); }, [search]);
  useEffect(() => onLines(items), [items]);
  useKeys([{ keys: "/", says: "Find in the list", run: () => field.current?.focus() }]);
  const count = (box: Box) => (counts ? <span className="tn n">{counts[box] >= counts.at_most ? `${counts.at_most - 1}+` : counts[box]}</span> : null);
  const filtered = Number(Boolean(filters.channel)) + Number(Boolean(filters.status));
  return (
    <aside className="pane left inbox-list" data-covered={covered} aria-label="Conversations">
      <div className="col" style={{ padding: "10px 12px", gap: 8, borderBottom: "1px solid var(--line)", flex: "none" }}>
        <Segments label="Which conversations" value={filters.box} onChange={(box) => onFilters({ box })} options={[{ value: "yours", label: <>Yours {count("yours")}</> }, { value: "waiting", label: <>Waiting {count("waiting")}</> }, { value: "all", label: <>All {count("all")}</> }]} />
        <div className="row" style={{ gap: 6 }}>
          <Search ref={field} wide value={typed} onChange={setTyped} placeholder="Find a name, address or word" onKeyDown={(event) => { if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); (walk as React.RefObject<Walk | null>).current?.focus(0); } }} />
          <Popover position="bottom-end" width={240} trapFocus returnFocus>
            <Popover.Target><Button icon="filter" label={filtered ? `Filter, ${filtered} on` : "Filter"} aria-pressed={filtered > 0} className={filtered ? "on" : ""} /></Popover.Target>
            <Popover.Dropdown className="col">
              <Select label="Channel" size="xs" clearable comboboxProps={{ withinPortal: false }} placeholder="Every channel" value={filters.channel || null} data={Object.entries(CHANNELS).map(([value, { says }]) => ({ value, label: value === "widget" ? "Widget" : says }))} onChange={(channel) => onFilters({ channel: channel ?? "" })} />
              <Select label="State" size="xs" clearable comboboxProps={{ withinPortal: false }} placeholder="Every state" value={filters.status || null} data={[{ value: "open", label: "The agent answers" }, { value: "waiting", label: "Waits for a person" }, { value: "taken", label: "A person answers" }, { value: "ended", label: "Ended" }]} onChange={(status) => onFilters({ status: status ?? "" })} />
              {filtered > 0 && <Button size="s" icon="x" onClick={() => onFilters({ channel: "", status: "" })}>Without filters</Button>}
            </Popover.Dropdown>
          </Popover>
        </div>
      </div>
      {query.error && !query.data ? <div className="pad"><Trouble error={query.error} onRetry={() => void query.refetch()} /></div>
        : query.data === undefined ? <Loading what="conversations" rows={8} height={58} />
        : items.length === 0 ? <div className="pad"><Nothing box={filters.box} searched={search.length > 1 || filtered > 0} onAll={() => { setTyped(""); onFilters({ box: "all", search: "", channel: "", status: "" }); }} /></div>
        : <Rows ref={walk} label="Conversations" items={items} keyOf={(line) => line.conversation_id} height={72} more={more} row={(line) => <Item line={line} current={line.conversation_id === current} me={me} />}
            footer={search.length > 1 && !more.has ? <p className="cap pad">Searched among the newest 5,000 of this box.</p> : undefined} />}
    </aside>
  );
}

function Nothing({ box, searched, onAll }: { box: Box; searched: boolean; onAll: () => void }) {
  if (searched) return <Empty icon="search" title="No conversation fits." action={<Button size="s" onClick={onAll}>Show all</Button>}>Try another word, or fewer filters.</Empty>;
  if (box === "yours") return <Empty icon="hand" title="You have no conversation." action={<Button size="s" onClick={onAll}>Show all</Button>}>What you take over stands here until you hand it back or end it.</Empty>;
  if (box === "waiting") return <Empty icon="clock" title="Nobody waits for a person." action={<Button size="s" onClick={onAll}>Show all</Button>}>Whoever asks for one stands here, the longest waiting first.</Empty>;
  return <Empty icon="inbox" title="Nobody has written yet." action={<Link className="btn s" to="/clients">Choose a client</Link>}>Conversations with your clients' agents stand here, from every channel. Try an agent on its client's page, or put its widget on a site.</Empty>;
}

function Item({ line, current, me }: { line: Line; current: boolean; me: string | undefined }) {
  const channel = channelOf(line.channel);
  const yours = line.status === "taken" && line.taken_by === me;
  const unread = line.last_role === "visitor" && (yours || line.status === "waiting");
  const says = line.last_line || line.subject;
  return (
    <Link to="/inbox/$client/$conversation" params={{ client: line.client_id, conversation: line.conversation_id }} search={((now: Record<string, unknown>) => { const { inspect: _, ...kept } = now; return kept; }) as never} className="item cv" aria-current={current ? "true" : undefined}>
      <span className="ch"><Icon name={channel.icon} label={channel.says} /></span>
      <span className="col" style={{ gap: 1, flex: 1 }}>
        <span className="row" style={{ gap: 6 }}><span className="b el">{visitorOf(line)}</span>{unread && <span className="dot" role="img" aria-label="waits for an answer" />}<span className="sp" /><span className="cap"><Time at={line.last_message_at} /></span></span>
        <span className="el small t2">{line.last_role && line.last_role !== "visitor" && says && <span className="t3">{line.last_role === "person" ? "Person: " : line.last_role === "assistant" ? "Agent: " : ""}</span>}{says || "(erased)"}</span>
        <span className="row cap" style={{ gap: 6 }}><span className="el sp">{line.client_name ?? "A client"}</span><State line={line} me={me} /></span>
      </span>
    </Link>
  );
}

/** Who has it, or since when nobody has. */
export function State({ line, me }: { line: Line; me: string | undefined }) {
  const now = useNow(10_000);
  if (line.status === "waiting") {
    const waits = now.getTime() - new Date(line.waiting_since ?? line.last_message_at).getTime();
    return <span className={`row st ${waits > 3_600_000 ? "bad" : "warn"}`}><Icon name={line.callback ? "phone" : "clock"} size="s" />{line.callback ? "Call back" : "Waits"} {lasted(waits)}</span>;
  }
  if (line.status === "taken") return line.taken_by === me ? <span className="row st acc"><Icon name="hand" size="s" />You</span> : <span className="row st t2"><Icon name="user" size="s" />{line.taken_by_name ?? "A colleague"}</span>;
  if (line.status === "ended") return <span className="row st t3"><Icon name="check" size="s" />Ended</span>;
  return <span className="row st t2"><Icon name="agents" size="s" />Agent</span>;
}

