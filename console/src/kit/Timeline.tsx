/** Facts in the past tense, newest first, by day; what arrives waits until the reader is at the top. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { Moment } from "@/api/live";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";
import { beadOf, Lineage } from "./marks";
import { dateOf, dayHeading, dayOf, Time } from "./time";

const ICONS: [RegExp, IconName][] = [
  [/handover_taken|handover_returned/, "hand"], [/handover/, "flag"], [/refused|failed/, "alert"], [/message_received/, "chat"], [/answer_given/, "agents"],
  [/^research/, "search"], [/^library/, "book"], [/^requirements/, "list"], [/rolled_back/, "undo"], [/deployed/, "play"], [/^configurations/, "branch"],
  [/contact/, "user"], [/^conversations/, "chat"], [/key_/, "lock"], [/agent_assigned/, "user"], [/^identity/, "clients"],
];
export const iconOf = (kind: string): IconName => ICONS.find(([pattern]) => pattern.test(kind))?.[1] ?? "ok";

type Line = { day: string; count: number } | { moment: Moment };

interface Props {
  moments: Moment[];
  /** Numbers above this are new to the reader. */
  seen?: number;
  more?: { has: boolean; busy: boolean; read: () => void };
  /** Events of each day of the reader's calendar, 2026-11-19: more may be known than were read. */
  counts?: Record<string, number>;
  expanded?: (moment: Moment) => ReactNode;
  onOpen: (moment: Moment) => void;
  onLineage?: (lineage: string) => void;
  header?: ReactNode;
}

export function Timeline({ moments, seen, more, counts, expanded, onOpen, onLineage, header }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(true);
  const [shownFrom, setShownFrom] = useState<string | null>(null); // newest moment on the page while the reader is further down
  const [open, setOpen] = useState<Set<string>>(new Set());
  const [at, setAt] = useState(0);

  useEffect(() => { if (top) setShownFrom(moments[0]?.event_id ?? null); }, [top, moments]);
  const hiddenCount = top || !shownFrom ? 0 : Math.max(0, moments.findIndex((moment) => moment.event_id === shownFrom));
  const visible = hiddenCount ? moments.slice(hiddenCount) : moments;

  const lines = useMemo<Line[]>(() => {
    const perDay = new Map<string, number>();
    for (const moment of visible) perDay.set(dayOf(moment.occurred_at), (perDay.get(dayOf(moment.occurred_at)) ?? 0) + 1);
    const out: Line[] = [];
    let day = "";
    for (const moment of visible) {
      const its = dayOf(moment.occurred_at);
      if (its !== day) out.push({ day: moment.occurred_at, count: counts?.[dateOf(moment.occurred_at)] ?? perDay.get(its) ?? 0 });
      day = its;
      out.push({ moment });
    }
    return out;
  }, [visible, counts]);

  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => ("day" in lines[index]! ? 40 : 46),
    getItemKey: (index) => { const line = lines[index]!; return "day" in line ? `day ${dayOf(line.day)}` : line.moment.event_id; },
    overscan: 8,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => { if (more?.has && !more.busy && last >= lines.length - 10) more.read(); }, [last, lines.length, more]);

  const toggle = (id: string) => setOpen((now) => { const next = new Set(now); if (!next.delete(id)) next.add(id); return next; });
  const focus = (index: number) => {
    const step = index > at ? 1 : -1;
    let next = Math.max(0, Math.min(lines.length - 1, index));
    while (lines[next] && "day" in lines[next]! && next + step >= 0 && next + step < lines.length) next += step;
    setAt(next);
    rows.scrollToIndex(next, { align: "auto" });
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-line="${next}"] .fact`)?.focus());
  };

  return (
    <div ref={box} className="scroll" onScroll={(event) => setTop(event.currentTarget.scrollTop < 8)} data-timeline
      onKeyDown={(event) => {
        if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
        const line = lines[at];
        if (event.key === "j" || event.key === "ArrowDown") { event.preventDefault(); event.stopPropagation(); focus(at + 1); }
        else if (event.key === "k" || event.key === "ArrowUp") { event.preventDefault(); event.stopPropagation(); focus(at - 1); }
        else if (event.key === " " && line && "moment" in line) { event.preventDefault(); toggle(line.moment.event_id); }
        else if (event.key === "l" && onLineage && line && "moment" in line && line.moment.lineage_id) { event.preventDefault(); event.stopPropagation(); onLineage(line.moment.lineage_id); }
      }}>
      {header}
      {hiddenCount > 0 && (
        <div style={{ position: "sticky", top: 8, zIndex: 5, display: "flex", justifyContent: "center", height: 0 }}>
          <Button kind="primary" size="s" icon="up" onClick={() => { box.current?.scrollTo({ top: 0 }); setTop(true); }}>{hiddenCount} new</Button>
        </div>
      )}
      <div role="list" aria-label="Timeline" style={{ height: rows.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const line = lines[item.index]!;
          return (
            <div key={item.key} ref={rows.measureElement} data-index={item.index} data-line={item.index} role="listitem"
              style={{ position: "absolute", insetInline: 0, transform: `translateY(${item.start}px)`, padding: "0 20px" }}>
              {"day" in line ? (
                <div className="row" style={{ padding: "14px 0 6px" }}><h2 className="small b">{dayHeading(line.day)}</h2><span className="cap tn">{line.count} {line.count === 1 ? "event" : "events"}</span><span className="sp" style={{ height: 1, background: "var(--line)" }} /></div>
              ) : (
                <Fact moment={line.moment} fresh={seen !== undefined && line.moment.number > seen} open={open.has(line.moment.event_id)} onFocus={() => setAt(item.index)}
                  onToggle={expanded ? () => toggle(line.moment.event_id) : undefined} onOpen={() => onOpen(line.moment)} onLineage={onLineage}>
                  {open.has(line.moment.event_id) && expanded?.(line.moment)}
                </Fact>
              )}
            </div>
          );
        })}
      </div>
      {more?.busy && <p className="cap pad" role="status">Reading older events</p>}
    </div>
  );
}

function Fact({ moment, fresh, open, onToggle, onOpen, onFocus, onLineage, children }: { moment: Moment; fresh: boolean; open: boolean; onToggle?: () => void; onOpen: () => void; onFocus: () => void; onLineage?: (id: string) => void; children: ReactNode }) {
  const icon = iconOf(moment.kind);
  return (
    <div className="told">
      <span className={`node ${fresh ? "hot" : icon === "alert" ? "warn" : ""}`}><Icon name={icon} /></span>
      <div className={`card ${fresh ? "fresh" : ""}`} style={fresh ? { borderColor: "var(--accent-line)" } : undefined}>
        <div className="row" style={{ minHeight: 36, padding: "4px 10px" }}>
          <button type="button" className="fact row" style={{ flex: 1, minWidth: 0 }} onClick={onOpen} onFocus={onFocus} title={moment.title}>
            {fresh && <span className="dot" role="img" aria-label="new" />}
            <span className="el"><span style={{ fontWeight: 550 }}>{moment.title}</span>{moment.detail && <span className="t2"> {moment.detail}</span>}</span>
          </button>
          {moment.lineage_id && <Lineage at={beadOf(moment.section)} id={moment.lineage_id} onOpen={onLineage ? () => onLineage(moment.lineage_id!) : undefined} />}
          <span className="cap"><Time at={moment.occurred_at} hour /></span>
          {onToggle && <Button kind="quiet" size="s" icon={open ? "down" : "right"} label={open ? "Fold" : "Unfold"} aria-expanded={open} onClick={onToggle} />}
        </div>
        {children && <div style={{ padding: "0 12px 10px" }}>{children}</div>}
      </div>
    </div>
  );
}
