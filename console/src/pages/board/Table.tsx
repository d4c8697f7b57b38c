/** Every client as a row, sorted by any column, and as a file. */
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { useKeys } from "@/frame/keys";
import { Button } from "@/kit/Button";
import { csv, download } from "@/kit/csv";
import { Icon } from "@/kit/Icon";
import { say } from "@/kit/notice";
import { Empty, Shown } from "@/kit/states";
import { Since, Time } from "@/kit/time";
import { plural } from "../clients/fields";
import { STAGES, nameOf, useTable, type Card, type Filter } from "./data";

interface Column { key: string; says: string; of: (card: Card) => string | number | null; shows?: (card: Card) => ReactNode; right?: boolean; newest?: boolean }
const COLUMNS: Column[] = [
  { key: "name", says: "Client", of: (card) => card.name },
  { key: "industry", says: "Industry", of: (card) => card.industry },
  { key: "stage", says: "Stage", of: (card) => STAGES.findIndex(({ stage }) => stage === card.stage), shows: (card) => nameOf(card.stage) },
  { key: "since", says: "In it", of: (card) => card.stage_since, shows: (card) => <Since at={card.stage_since} />, right: true },
  { key: "next", says: "What is next", of: (card) => card.next?.title ?? null, shows: (card) => (card.next ? <span className={card.next.kind === "approve_requirements" ? "ait" : ""}>{card.next.title}</span> : <span className="t3">nothing</span>) },
  { key: "who", says: "Who", of: (card) => card.assigned_name },
  { key: "facts", says: "Facts", of: (card) => card.facts, right: true },
  { key: "documents", says: "Documents", of: (card) => card.documents, right: true },
  { key: "conversations", says: "Conversations", of: (card) => card.conversations, right: true },
  { key: "last", says: "Last event", of: (card) => card.last?.occurred_at ?? null, shows: (card) => (card.last ? <Time at={card.last.occurred_at} /> : ""), right: true, newest: true },
];
const FILE: [string, (card: Card) => unknown][] = [
  ["client", (card) => card.name], ["client_id", (card) => card.client_id], ["website", (card) => card.website], ["industry", (card) => card.industry], ["stage", (card) => card.stage], ["stage_since", (card) => card.stage_since], ["next", (card) => card.next?.title], ["assigned_to", (card) => card.assigned_name],
  ["needs", (card) => card.needs], ["waiting", (card) => card.waiting], ["facts", (card) => card.facts], ["documents", (card) => card.documents], ["conversations", (card) => card.conversations], ["last_event", (card) => card.last?.title], ["last_event_at", (card) => card.last?.occurred_at],
];
const ROW = 34;
const text = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

export function order(cards: Card[], column: Column, down: boolean): Card[] {
  const way = down ? -1 : 1;
  return [...cards].sort((a, b) => {
    const left = column.of(a), right = column.of(b);
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1; // what is not known stands last, whichever way
    return way * (typeof left === "number" && typeof right === "number" ? left - right : text.compare(String(left), String(right)));
  });
}

export function Table({ filter }: { filter: Filter }) {
  const held = useRef(false);
  const { items, query } = useTable(filter, () => held.current);
  const [sort, setSort] = useState({ key: "last", down: true });
  const rows = useMemo(() => order(items, COLUMNS.find((column) => column.key === sort.key)!, sort.down), [items, sort]);
  const box = useRef<HTMLDivElement>(null);
  const at = useRef(-1);
  const drawn = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 12, getItemKey: (index) => rows[index]!.client_id });
  const seen = drawn.getVirtualItems(), before = seen[0]?.start ?? 0, after = drawn.getTotalSize() - (seen.at(-1)?.end ?? 0);
  const by = (column: Column) => setSort((now) => (now.key === column.key ? { key: column.key, down: !now.down } : { key: column.key, down: Boolean(column.right && column.key !== "since") }));
  const save = () => { download("clients.csv", "text/csv;charset=utf-8", csv(FILE, rows)); say(`${plural(rows.length, "client")} saved as clients.csv.`); };
  const walk = (step: number) => {
    at.current = Math.max(0, Math.min(rows.length - 1, at.current + step));
    drawn.scrollToIndex(at.current);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`tr[data-index="${at.current}"] a`)?.focus());
  };
  useKeys([
    { keys: "j", says: "Next client", shown: true, run: () => walk(1) }, { keys: "k", says: "The client before", shown: true, run: () => walk(-1) },
    { keys: "ArrowDown", says: "Next client", run: () => walk(1) }, { keys: "ArrowUp", says: "The client before", run: () => walk(-1) },
    { keys: "x", says: "Export as CSV", shown: true, run: save },
  ]);
  return (
    <div className="card table" onPointerEnter={() => { held.current = true; }} onPointerLeave={() => { held.current = false; }}>
      <div className="hd"><h2 className="tn">{plural(rows.length, "client")}</h2><span className="cap" role="status">{query.hasNextPage ? "Reading the rest" : ""}</span><span className="sp" /><Button size="s" icon="down2" keys={["X"]} disabled={rows.length === 0} onClick={save}>Export CSV</Button></div>
      <Shown query={query} what="the clients" rows={12} height={ROW - 8} empty={() => items.length === 0 && <Empty icon="search" title="No client is like that." />}>
        {() => (
          <div ref={box} className="scroll" tabIndex={0} role="region" aria-label="Clients as a table">
            <table className="tbl" aria-rowcount={rows.length + 1}>
              <thead><tr>{COLUMNS.map((column) => <th key={column.key} scope="col" className={column.right ? "r" : ""} aria-sort={sort.key === column.key ? (sort.down ? "descending" : "ascending") : undefined}><button type="button" className="row" onClick={() => by(column)}>{column.says}{sort.key === column.key && <Icon name={sort.down ? "dn" : "up"} size="s" />}</button></th>)}</tr></thead>
              <tbody>
                {before > 0 && <tr aria-hidden="true" style={{ height: before }}><td colSpan={COLUMNS.length} /></tr>}
                {seen.map((item) => {
                  const card = rows[item.index]!;
                  return <tr key={item.key} data-index={item.index} aria-rowindex={item.index + 2} onFocus={() => { at.current = item.index; }}>{COLUMNS.map((column) => <td key={column.key} className={column.right ? "r" : ""}>{column.key === "name" ? <Link to="/clients/$client" params={{ client: card.client_id }} preload={false} className="b">{card.name}</Link> : column.shows ? column.shows(card) : column.of(card)}</td>)}</tr>;
                })}
                {after > 0 && <tr aria-hidden="true" style={{ height: after }}><td colSpan={COLUMNS.length} /></tr>}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
    </div>
  );
}
