/** All clients, found by name, stage or need; J and K walk them. */
import { Menu } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useKeys } from "@/frame/keys";
import { Button, Pill } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Avatar } from "@/kit/marks";
import { Rows, type Walk } from "@/kit/Rows";
import { Search } from "@/kit/Search";
import { Empty, Shown } from "@/kit/states";
import { Since, Time } from "@/kit/time";
import { useCards, useNeeds, type Asked, type Card, type Need } from "./board";
import { STAGES } from "./Stage";

const SORTS: { value: NonNullable<Asked["sort"]>; says: string }[] = [{ value: "recent", says: "Newest event first" }, { value: "name", says: "By name" }, { value: "stage", says: "Longest in its stage" }];
interface Found { stage?: Asked["stage"]; sort?: Asked["sort"]; needs?: string }

export function ClientList({ current }: { current: string }) {
  const navigate = useNavigate();
  const { stage, sort, needs } = useSearch({ strict: false }) as Found;
  const [query, setQuery] = useState("");
  const [search] = useDebouncedValue(query.trim(), 150);
  const held = useRef(false);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<Walk>(null);
  const cards = useCards({ search, stage, sort }, () => held.current);
  const waiting = useNeeds();
  useKeys([{ keys: "/", says: "Find a client", run: () => field.current?.focus() }]);

  const set = (change: Found) => void navigate({ to: ".", search: (now: Record<string, unknown>) => ({ ...now, ...change }) } as never);
  const items = useMemo(() => (cards.data?.pages ?? []).flatMap((page) => page.items), [cards.data]);
  const inNeed = useMemo(() => firstOfEach(waiting.data ?? []).filter((need) => (need.client_name ?? "").toLowerCase().includes(search.toLowerCase())), [waiting.data, search]);
  const first = items[0]?.client_id;
  useEffect(() => { if (!current && first && !query && window.innerWidth >= 1024) void navigate({ to: "/clients/$client", params: { client: first }, search: (now: Record<string, unknown>) => now, replace: true } as never); }, [current, first, query, navigate]); // not while one types: the page that opens has a list of its own

  const named = STAGES.find(({ value }) => value === stage)?.says;
  const filtered = Boolean(search || stage);
  const into = (event: React.KeyboardEvent) => { if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); list.current?.focus(0); } };
  return (
    <>
      <div className="col" style={{ padding: "12px 12px 10px", borderBottom: "1px solid var(--line)" }}>
        <div className="row" style={{ gap: 6 }}>
          <Search ref={field} value={query} onChange={setQuery} placeholder="Find a client" wide onKeyDown={into} />
          <Menu position="bottom-end"><Menu.Target><Button icon="filter" label="Order of the list" style={{ height: 30, width: 30 }} /></Menu.Target>
            <Menu.Dropdown>{SORTS.map(({ value, says }) => <Menu.Item key={value} leftSection={<Check on={(sort ?? "recent") === value} />} onClick={() => set({ sort: value === "recent" ? undefined : value })}>{says}</Menu.Item>)}</Menu.Dropdown>
          </Menu>
        </div>
        <div className="row" style={{ gap: 6 }}>
          <Pill on={!stage && !needs} onClick={() => set({ stage: undefined, needs: undefined })}>All</Pill>
          <Menu position="bottom-start"><Menu.Target><button type="button" className="pill" aria-pressed={Boolean(stage)}>{named ?? "Stage"}<Icon name="down" size="s" /></button></Menu.Target>
            <Menu.Dropdown>
              {STAGES.map(({ value, says }) => <Menu.Item key={value} leftSection={<Check on={stage === value} />} onClick={() => set({ stage: stage === value ? undefined : value, needs: undefined })}>{says}</Menu.Item>)}
            </Menu.Dropdown>
          </Menu>
          <Pill on={needs === "1"} count={waiting.data ? firstOfEach(waiting.data).length : undefined} onClick={() => set({ needs: needs ? undefined : "1", stage: undefined })}>Needs someone</Pill>
        </div>
      </div>
      <div className="middle" onPointerEnter={() => { held.current = true; }} onPointerLeave={() => { held.current = false; }}>
        {needs === "1" ? (
          <Shown query={waiting} what="what waits" empty={() => inNeed.length === 0 && <Empty icon="ok" title="Nothing waits for a person." />}>
            {() => <Rows ref={list} items={inNeed} keyOf={(need) => need.client_id} label="Clients that need someone" height={52} current={inNeed.findIndex(({ client_id }) => client_id === current)} row={(need) => <InNeed need={need} />} />}
          </Shown>
        ) : (
          <Shown query={cards} what="the clients" rows={10} height={44} empty={() => items.length === 0 && (filtered
            ? <Empty icon="search" title="No client is like that." action={<Button onClick={() => { setQuery(""); set({ stage: undefined }); }}>Show all</Button>} />
            : <Empty icon="clients" title="No clients yet." action={<Link className="btn p" to="/new">New client</Link>}>Give the address of a company's website: its facts, requirements and agents come by themselves.</Empty>)}>
            {() => <Rows ref={list} items={items} keyOf={(card) => card.client_id} label="Clients" height={52} current={items.findIndex(({ client_id }) => client_id === current)}
              more={{ has: cards.hasNextPage, busy: cards.isFetchingNextPage, read: () => void cards.fetchNextPage() }} row={(card) => <Line card={card} />} />}
          </Shown>
        )}
      </div>
    </>
  );
}

const Check = ({ on }: { on: boolean }) => (on ? <Icon name="check" /> : <span style={{ display: "inline-block", width: 16 }} />);

/** The list of needs is due first; a client stands at its first. */
function firstOfEach(needs: Need[]): Need[] {
  const seen = new Set<string>();
  return needs.filter((need) => !seen.has(need.client_id) && seen.add(need.client_id));
}

function keep({ stage, sort, needs }: Record<string, unknown>) { return { stage, sort, needs }; }
function To({ client, children }: { client: string; children: React.ReactNode }) {
  return <Link to="/clients/$client" params={{ client }} search={keep as never} className="item" activeOptions={{ includeSearch: false }} style={{ minHeight: 52, alignItems: "center" }} preload={false}>{children}</Link>;
}

function Line({ card }: { card: Card }) {
  return (
    <To client={card.client_id}>
      <Avatar name={card.name} large />
      <span style={{ flex: 1, minWidth: 0 }}>
        <span className="row"><span className="el b">{card.name}</span><span className="sp" /><span className="cap">{card.last && <Time at={card.last.occurred_at} />}</span></span>
        <span className="row small t2">
          {card.needs > 0 && <span className="warn" style={{ display: "inline-flex" }}><Icon name="flag" size="s" label={`${card.needs} waiting`} /></span>}
          <span className="el">{card.next?.title ?? card.last?.title ?? "Nothing has happened yet"}</span><span className="sp" />{card.unread && <span className="dot" role="img" aria-label="unread" />}
        </span>
      </span>
    </To>
  );
}

function InNeed({ need }: { need: Need }) {
  return (
    <To client={need.client_id}>
      <Avatar name={need.client_name ?? "?"} large />
      <span style={{ flex: 1, minWidth: 0 }}>
        <span className="row"><span className="el b">{need.client_name}</span><span className="sp" /><span className="cap"><Since at={need.since} /></span></span>
        <span className="row small t2"><span className="warn" style={{ display: "inline-flex" }}><Icon name="flag" size="s" /></span><span className="el">{need.title}</span></span>
      </span>
    </To>
  );
}
