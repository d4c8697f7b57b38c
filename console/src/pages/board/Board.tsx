/** All clients by how far they are, what happens now, and what waits for a person. */
import { useDebouncedValue } from "@mantine/hooks";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useCrumbs } from "@/frame/crumbs";
import { useKeys } from "@/frame/keys";
import { useBarred } from "@/frame/me";
import { Button, Keys, Pill, Segments } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Search } from "@/kit/Search";
import { Empty, Trouble } from "@/kit/states";
import { plural } from "../clients/fields";
import { Activity } from "./Activity";
import { Commands } from "./Commands";
import { STAGES, useSummary, type Filter } from "./data";
import { Funnel } from "./Funnel";
import { Lifecycle } from "./Lifecycle";
import { Needs } from "./Needs";
import { Table } from "./Table";
import "./board.css";

type View = "lifecycle" | "table" | "funnel";
interface Asked { view?: View; q?: string; mine?: string; needs?: string }

export default function Board() {
  const navigate = useNavigate();
  const asked = useSearch({ strict: false }) as Asked;
  const view: View = asked.view === "table" || asked.view === "funnel" ? asked.view : "lifecycle";
  const summary = useSummary();
  const barred = useBarred("clients:write");
  const field = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState(asked.q ?? "");
  const [q] = useDebouncedValue(words.trim(), 150);
  const set = (change: Asked) => void navigate({ to: "/board", search: ((now: Record<string, unknown>) => ({ ...now, ...change })) as never, replace: true });
  useEffect(() => { if (q !== (asked.q ?? "")) set({ q: q || undefined }); }, [q]);
  const filter: Filter = { q: q || undefined, mine: asked.mine === "1", needs: asked.needs === "1" };
  const clients = summary.data?.clients, needs = summary.data?.needs ?? 0;
  useCrumbs("Board", [{ says: "Board" }], clients === undefined ? undefined : `${plural(clients, "client")}${needs ? `, ${plural(needs, "thing")} ${needs === 1 ? "needs" : "need"} someone now` : ""}`);
  useKeys([{ keys: "/", says: "Find a client", run: () => field.current?.focus() }, { keys: "c", says: "New client", shown: true, run: () => void navigate({ to: "/new" }) }]);

  return (
    <div className="board">
      <h1 className="hidden">Board</h1>
      <div className="bhead">
        <Segments<View> label="View" value={view} onChange={(value) => set({ view: value === "lifecycle" ? undefined : value })} options={[{ value: "lifecycle", label: "Lifecycle" }, { value: "table", label: "Table" }, { value: "funnel", label: "Funnel" }]} />
        {view !== "funnel" && <>
          <Pill on={!filter.mine && !filter.needs} count={clients} onClick={() => set({ mine: undefined, needs: undefined })}>All</Pill>
          <Pill on={filter.mine!} onClick={() => set({ mine: filter.mine ? undefined : "1" })}>Mine</Pill>
          <Pill on={filter.needs!} onClick={() => set({ needs: filter.needs ? undefined : "1" })}><Icon name="flag" size="s" />Needs someone</Pill>
          <Search ref={field} value={words} onChange={setWords} placeholder="Find a client" />
        </>}
        <span className="sp" />
        <Button kind="primary" icon="plus" keys={["C"]} barred={barred} onClick={() => void navigate({ to: "/new" })}>New client</Button>
      </div>
      {summary.error && !summary.data ? <div className="pad"><Trouble error={summary.error} onRetry={() => summary.refetch()} /></div>
        : clients === 0 ? <Nobody />
          : view === "table" ? <Table filter={filter} /> : view === "funnel" ? <Funnel summary={summary.data} /> : <Lifecycle filter={filter} summary={summary.data} />}
      {view === "lifecycle" && <div className="below"><Activity summary={summary.data} /><Needs /><Commands /></div>}
    </div>
  );
}

/** The board teaches what it will show. */
function Nobody() {
  return (
    <div className="lanes" style={{ flex: 1 }}>
      {STAGES.map(({ stage, says, teaches }, at) => (
        <section key={stage} className={`lane ${stage}`} aria-label={says}>
          <header><div className="row"><h2>{says}</h2><span className="n">0</span></div></header>
          {at === 0 ? <Empty icon="clients" title="Your board is empty" action={<Link className="btn p" to="/new"><Icon name="plus" />New client <Keys of={["C"]} /></Link>}>Clients appear here as cards and move by themselves when something happens.</Empty> : <p className="teach">{teaches}</p>}
        </section>
      ))}
    </div>
  );
}
