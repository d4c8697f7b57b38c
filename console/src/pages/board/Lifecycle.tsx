/** A column a stage: who needs somebody first, then the quiet ones. H and L go across, J and K along. */
import { Link } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { useKeys } from "@/frame/keys";
import { Icon } from "@/kit/Icon";
import { Avatar } from "@/kit/marks";
import { Rows, type Walk } from "@/kit/Rows";
import { Loading, Trouble } from "@/kit/states";
import { lasted, Since, Time } from "@/kit/time";
import { plural } from "../clients/fields";
import { STAGES, useNeedy, useQuiet, type Card, type Filter, type Stage, type Summary } from "./data";

const DAY = 86_400_000;

export function Lifecycle({ filter, summary }: { filter: Filter; summary?: Summary }) {
  const held = useRef(false);
  const needy = useNeedy(filter, () => held.current);
  const byStage = useMemo(() => Object.fromEntries(STAGES.map(({ stage }) => [stage, needy.items.filter((card) => card.stage === stage)])) as Record<Stage, Card[]>, [needy.items]);
  const lanes = useRef<Record<string, Walk | null>>({});
  const box = useRef<HTMLDivElement>(null);

  const here = () => { const lane = document.activeElement?.closest<HTMLElement>("[data-stage]"); return { stage: lane?.dataset.stage, index: Number(document.activeElement?.closest<HTMLElement>("[data-index]")?.dataset.index ?? 0) }; };
  const along = (by: number) => { const { stage, index } = here(); if (stage) lanes.current[stage]?.focus(index + by); else across(1); };
  const across = (by: number) => {
    const { stage, index } = here();
    const filled = STAGES.map((one) => one.stage).filter((one) => box.current?.querySelector(`[data-stage="${one}"] [data-index]`));
    const to = stage ? filled[Math.max(0, Math.min(filled.length - 1, filled.indexOf(stage as Stage) + by))] : filled[0];
    if (to) lanes.current[to]?.focus(to === stage ? index : stage ? index : 0);
  };
  useKeys([
    { keys: "j", says: "Next card", shown: true, run: () => along(1) }, { keys: "k", says: "The card before", shown: true, run: () => along(-1) },
    { keys: "h", says: "The column before", run: () => across(-1) }, { keys: "l", says: "The next column", run: () => across(1) },
    { keys: "ArrowLeft", says: "The column before", run: () => across(-1) }, { keys: "ArrowRight", says: "The next column", run: () => across(1) },
  ]);
  if (needy.query.error && !needy.query.data) return <div className="pad" style={{ flex: 1 }}><Trouble error={needy.query.error} onRetry={() => needy.query.refetch()} /></div>;
  return (
    <div ref={box} className="lanes" onPointerEnter={() => { held.current = true; }} onPointerLeave={() => { held.current = false; }}>
      {STAGES.map(({ stage, says, teaches }) => (
        <Lane key={stage} stage={stage} says={says} teaches={teaches} filter={filter} needy={byStage[stage]} ready={needy.query.data !== undefined} figures={summary?.stages.find((one) => one.stage === stage)} held={() => held.current} walk={(walk) => { lanes.current[stage] = walk; }} />
      ))}
    </div>
  );
}

interface LaneProps { stage: Stage; says: string; teaches: string; filter: Filter; needy: Card[]; ready: boolean; figures?: Summary["stages"][number]; held: () => boolean; walk: (walk: Walk | null) => void }

function Lane({ stage, says, teaches, filter, needy, ready, figures, held, walk }: LaneProps) {
  const quiet = useQuiet(filter, stage, !filter.needs, held);
  const items = [...needy, ...quiet.items];
  const whole = !filter.q && !filter.mine && !filter.needs; // then the summary counts the same clients
  const loaded = items.length, more = quiet.query.hasNextPage && !filter.needs;
  const total = whole && figures ? Math.max(figures.clients, loaded) : loaded;
  const read = ready && (filter.needs || quiet.query.data !== undefined);
  return (
    <section className={`lane ${stage}`} data-stage={stage} aria-label={`${says}, ${plural(total, "client")}`}>
      <header>
        <div className="row">{stage === "rollout" ? <span className="acc"><Icon name="play" size="s" /></span> : stage === "live" ? <span className="good"><Icon name="ok" size="s" /></span> : null}<h2>{says}</h2><span className="n tn">{total.toLocaleString()}{more && !whole ? "+" : ""}</span></div>
        <div className="cap tn">{figures?.median_days != null ? `median ${lasted(figures.median_days * DAY)}` : figures ? "nobody" : " "}</div>
      </header>
      {!read ? <Loading what={`clients in ${says.toLowerCase()}`} rows={3} height={104} /> : loaded === 0 ? <p className="teach">{whole ? teaches : "Nobody here is like that."}</p> : (
        <Rows ref={walk} items={items} keyOf={(card) => card.client_id} label={says} height={126} padding="4px" row={(card) => <ClientCard card={card} />}
          footer={more ? <button type="button" className="more" disabled={quiet.query.isFetchingNextPage} onClick={() => void quiet.query.fetchNextPage()}>{quiet.query.isFetchingNextPage ? "Reading more" : whole ? `${(total - loaded).toLocaleString()} more, all quiet` : "More, all quiet"}</button> : undefined} />
      )}
    </section>
  );
}

function ClientCard({ card }: { card: Card }) {
  const { next } = card, machine = next?.kind === "approve_requirements";
  return (
    <Link to="/clients/$client" params={{ client: card.client_id }} className="card k" data-needs={card.needs > 0} preload={false}>
      <span className="nm el" title={card.name}>{card.name}</span>
      <span className="cap el">{card.industry ?? card.website?.replace(/^https?:\/\//, "") ?? "No industry known yet"}</span>
      <span className={`nx ${machine ? "ait" : ""} ${next ? "" : "t2"}`}><span className="clamp">{next ? next.title : card.last?.title ?? "Nothing has happened yet"}</span></span>
      <span className="ft">
        {card.assigned_name && <><Avatar name={card.assigned_name} /><span className="el">{card.assigned_name}</span></>}
        <span className={`d ${next ? (next.due_at ? "warn" : "") : "t3"}`}>
          {next ? <>{machine ? <span style={{ color: "var(--ai)", display: "inline-flex" }}><Icon name="ai" size="s" /></span> : <Icon name={next.kind === "conversation_waiting" ? "clock" : "alert"} size="s" />}{next.due_at ? <Time at={next.due_at} /> : <Since at={next.since} />}</> : <><Icon name="check" size="s" />quiet</>}
        </span>
      </span>
    </Link>
  );
}
