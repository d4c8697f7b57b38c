/** What happens now, of all clients, newest first; it stands still while one points at it or has paused it. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, ask } from "@/api/client";
import { useBack, useMoments, useStatus, type Moment } from "@/api/live";
import { useMe } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { useInspect } from "@/kit/inspect/Inspector";
import { beadOf, Lineage, Spark } from "@/kit/marks";
import { Empty, Loading, Trouble } from "@/kit/states";
import { clock, said } from "@/kit/time";
import { iconOf } from "@/kit/Timeline";
import { useClient } from "../clients/data";
import { plural } from "../clients/fields";
import type { Summary } from "./data";

const KEPT = 60;

export function Activity({ summary }: { summary?: Summary }) {
  const status = useStatus();
  const first = useQuery({ queryKey: ["board", "activity"], queryFn: () => ask(() => api.GET("/api/v1/timeline", { params: { query: { limit: 30 } } })).then((page) => page.items)});
  const [moments, setMoments] = useState<Moment[]>([]);
  const [paused, setPaused] = useState(false);
  const [waiting, setWaiting] = useState<Moment[]>([]);
  const pointed = useRef(false);
  const merge = (older: Moment[], newer: Moment[]) => [...new Map([...older, ...newer].map((moment) => [moment.event_id, moment])).values()].sort((a, b) => (a.occurred_at < b.occurred_at ? 1 : a.occurred_at > b.occurred_at ? -1 : b.number - a.number)).slice(0, KEPT);
  useBack(() => void first.refetch());
  useEffect(() => { if (first.data) setMoments((now) => merge(now, first.data)); }, [first.data]);
  useMoments((moment) => { if (paused || pointed.current) setWaiting((now) => [...now, moment].slice(-KEPT)); else setMoments((now) => merge(now, [moment])); });
  const release = () => { setMoments((now) => merge(now, waiting)); setWaiting([]); };
  const peak = summary?.activity.reduce((most, one) => (one.events > most.events ? one : most), { minute: "", events: 0 });
  return (
    <section className="card pane-b" aria-label="Live activity" onPointerEnter={() => { pointed.current = true; }} onPointerLeave={() => { pointed.current = false; if (!paused) release(); }}>
      <div className="hd">
        <span className={`pulse ${status.live && !paused ? "" : "off"}`} /><h2>Live activity</h2>
        {summary && <span className="small t3 tn">{plural(summary.events_last_hour, "event")} in the last hour</span>}
        {summary && peak && <Spark values={summary.activity.map((one) => one.events)} label={`Events a minute in the last hour: ${summary.events_last_hour} in all${peak.events ? `, most at ${said(peak.minute)} with ${peak.events}` : ""}`} />}
        <span className="sp" />
        {waiting.length > 0 && <Button size="s" onClick={() => { release(); }}>{waiting.length} new</Button>}
        <Button size="s" kind="quiet" icon={paused ? "play" : "pause"} aria-pressed={paused} onClick={() => { if (paused) release(); setPaused(!paused); }}>{paused ? "Go on" : "Pause"}</Button>
      </div>
      {first.error && moments.length === 0 ? <div className="pad"><Trouble error={first.error} onRetry={() => first.refetch()} /></div>
        : first.isPending ? <Loading what="what happened" rows={5} height={22} />
          : moments.length === 0 ? <div className="pad"><Empty icon="pulse" title="Nothing has happened yet.">Every fact of every client comes by here, as it happens.</Empty></div>
            : <ol className="scroll" aria-label="What happened, newest first">{moments.map((moment) => <Tick key={moment.event_id} moment={moment} fresh={!first.data?.some((one) => one.event_id === moment.event_id)} />)}</ol>}
    </section>
  );
}

function Tick({ moment, fresh }: { moment: Moment; fresh: boolean }) {
  const inspect = useInspect();
  const home = useMe().data?.home_organization_id;
  const ours = home === undefined || moment.client_id === home;
  const client = useClient(ours ? "" : moment.client_id).data;
  const icon = iconOf(moment.kind);
  return (
    <li><button type="button" className={`tick ${fresh ? "fresh" : ""}`} onClick={() => inspect("event", moment.client_id, moment.event_id)} title={moment.title}>
      <time className="tn cap" dateTime={moment.occurred_at}>{new Date(moment.occurred_at).toDateString() === new Date().toDateString() ? clock(moment.occurred_at) : said(moment.occurred_at)}</time>
      <span className={icon === "alert" ? "warn" : "t2"} style={{ display: "inline-flex" }}><Icon name={icon} size="m" /></span>
      <span className="el" style={{ fontWeight: 550 }}>{ours ? "This house" : client?.name ?? "…"}</span>
      <span className="el t2">{moment.title}</span>
      <span className="line">{moment.lineage_id && <Lineage at={beadOf(moment.section)} id={moment.lineage_id} />}</span>
    </button></li>
  );
}
