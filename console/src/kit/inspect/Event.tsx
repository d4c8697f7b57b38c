/** One event: why it happened, what came of it, its lineage both ways, and what it holds. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Moment } from "@/api/live";
import { hrefOf } from "@/frame/subjects";
import { fieldName } from "@/pages/clients/fields";
import { sectionName } from "@/pages/clients/sections";
import { reasonOf, useTold, type Told } from "@/pages/clients/told";
import { Button } from "../Button";
import { Figures } from "../Figures";
import { Icon } from "../Icon";
import { BEADS, beadOf, Chip, Lineage } from "../marks";
import { Shown } from "../states";
import { Time } from "../time";
import { iconOf } from "../Timeline";
import { useInspect, type Inspected } from "./Inspector";

const FEW = 8;

export default function Event({ client, id }: Inspected) {
  const told = useTold(client, id);
  return <Shown query={told} what="the event" rows={6}>{(told) => <Body told={told} />}</Shown>;
}

function Body({ told }: { told: Told }) {
  const { moment, body, causes, effects, lineage, topic, trace_id } = told, reason = reasonOf(told);
  const place = moment.subject ? hrefOf({ type: moment.subject.type, id: moment.subject.id, client_id: moment.client_id }) : null;
  return (
    <div className="col" style={{ padding: "0 20px 24px", gap: 16 }}>
      <div className="col" style={{ gap: 4 }}>
        <span className="lead b" style={{ overflowWrap: "anywhere" }}>{moment.title}</span>
        {moment.detail && <span className="t2">{moment.detail}</span>}
        <span className="row wrap cap"><Chip icon={iconOf(moment.kind)}>{sectionName(moment.section)}</Chip><Time at={moment.occurred_at} seconds />{moment.actor_name && <span>by {moment.actor_name}</span>}{moment.lineage_id && <Lineage at={beadOf(moment.section)} id={moment.lineage_id} />}</span>
        <Figures kind={moment.kind} body={body} />
        {place && <div><Link className="btn" to={place.to} search={(place.search ?? {}) as never}>Open the {moment.subject!.type}</Link></div>}
      </div>
      <Steps title={reason?.word ?? "Because"} none={moment.actor_name ? `${moment.actor_name} did it.` : "Nothing before it caused it."} moments={causes.length === 0 && reason ? [reason.moment] : causes} />
      <Steps title="What came of it" none="Nothing yet." moments={effects} />
      {lineage.length > 1 && <Steps title="Its lineage" moments={lineage} here={moment.event_id} beads />}
      <Fields body={body} />
      <section className="col" style={{ gap: 4 }}>
        <h3 className="small">In the log</h3>
        <dl className="pairs"><dt>Number</dt><dd className="tn">{moment.number.toLocaleString()}</dd><dt>Kind</dt><dd className="mono">{moment.kind}</dd><dt>Topic</dt><dd className="mono">{topic}</dd><dt>Trace</dt><dd className="mono">{trace_id}</dd><dt>Event</dt><dd className="mono">{moment.event_id}</dd>{moment.lineage_id && <><dt>Lineage</dt><dd className="mono">{moment.lineage_id}</dd></>}</dl>
      </section>
    </div>
  );
}

/** Other events, each of which opens here; the way back goes back. */
function Steps({ title, none, moments, here, beads }: { title: string; none?: string; moments: Moment[]; here?: string; beads?: boolean }) {
  const [all, setAll] = useState(false);
  const inspect = useInspect();
  const at = moments.findIndex((moment) => moment.event_id === here);
  const from = all || moments.length <= FEW ? 0 : Math.max(0, Math.min(at - FEW / 2, moments.length - FEW));
  const shown = all ? moments : moments.slice(from, from + FEW);
  return (
    <section className="col" style={{ gap: 4 }}>
      <h3 className="small">{title} {moments.length > 1 && <span className="cap tn">{moments.length}</span>}</h3>
      {moments.length === 0 ? <p className="small t2">{none}</p> : (
        <ol className="card" style={{ boxShadow: "none", overflow: "hidden" }}>
          {shown.map((moment) => (
            <li key={moment.event_id}>
              <button type="button" className="item row" style={{ padding: "6px 10px", minHeight: 32 }} aria-current={moment.event_id === here || undefined} onClick={() => inspect("event", moment.client_id, moment.event_id)}>
                <Icon name={iconOf(moment.kind)} size="m" /><span className="el">{moment.title}</span><span className="sp" />{beads && <span className="cap">{BEADS[beadOf(moment.section)]}</span>}<span className="cap"><Time at={moment.occurred_at} /></span>
              </button>
            </li>
          ))}
        </ol>
      )}
      {shown.length < moments.length && <div><Button size="s" kind="quiet" onClick={() => setAll(true)}>Show all {moments.length}</Button></div>}
    </section>
  );
}

/** What the event holds; of persons only what the reader may see. */
function Fields({ body }: { body: Record<string, unknown> }) {
  const fields = Object.entries(body).filter(([, value]) => value !== null && value !== "");
  if (fields.length === 0) return null;
  return (
    <section className="col" style={{ gap: 4 }}>
      <h3 className="small">What it holds</h3>
      <dl className="pairs">{fields.map(([field, value]) => <Field key={field} field={field} value={value} />)}</dl>
    </section>
  );
}

function Field({ field, value }: { field: string; value: unknown }) {
  const [open, setOpen] = useState(false);
  const size = Array.isArray(value) ? value.length : null;
  const large = typeof value === "object";
  return (
    <>
      <dt>{fieldName(field)}</dt>
      <dd>{!large ? String(value) : <><button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>{size !== null ? `${size} ${size === 1 ? "entry" : "entries"}` : "Show"}</button>{open && <pre className="mono" style={{ margin: "4px 0 0", whiteSpace: "pre-wrap", maxHeight: 300, overflow: "auto" }} tabIndex={0}>{JSON.stringify(value, null, 1)}</pre>}</>}</dd>
    </>
  );
}
