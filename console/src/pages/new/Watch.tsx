/** What happens to a new client, as it happens, until its agent answers. One may leave and come back. */
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, ask, of } from "@/api/client";
import { serverNow } from "@/api/clock";
import { liveKey } from "@/api/live";
import { asProblem, type Problem } from "@/api/problem";
import { useCrumbs } from "@/frame/crumbs";
import { useKeys } from "@/frame/keys";
import { useBarred } from "@/frame/me";
import { Button, Segments } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Ring } from "@/kit/marks";
import { refuse, say } from "@/kit/notice";
import { Empty, Loading, Trouble } from "@/kit/states";
import { lasted, Time, useNow } from "@/kit/time";
import { Profile } from "../clients/research/Profile";
import { Agent } from "../journey/Agent";
import { Steps } from "../journey/Steps";
import { remaining } from "../journey/steps";
import { useJourney, type Journey } from "../journey/useJourney";
import { claimOf, researched } from "./begin";
import { Draft } from "./Draft";
import { Files } from "./Files";
import { batchOf, useBatch } from "./sending";

type Pane = "files" | "read" | "draft" | "agent";

export function Watch({ client, job: asked }: { client: string; job?: string }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const sending = useBatch(client);
  const job = asked ?? batchOf(client)?.job;
  const waits = sending !== undefined && !job; // files first
  const journey = useJourney(client, job);
  const [chosen, choose] = useState<Pane | null>(null);
  const [error, setError] = useState<Problem | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const starting = useRef(false);
  const name = journey.client?.name;
  useCrumbs(name ?? "New client", [{ says: "New client", to: "/new" }, { says: name ?? "…" }]);

  const start = async () => {
    const batch = batchOf(client);
    if (!batch || starting.current) return;
    starting.current = true;
    setError(null);
    try {
      const begun = await researched(client, batch.now.name, batch.ids);
      batch.job = begun;
      await navigate({ to: "/new", search: { client, job: begun } as never, replace: true });
      void queries.invalidateQueries({ queryKey: liveKey(client) });
    } catch (failed) { setError(asProblem(failed)); } finally { starting.current = false; }
  };
  const failed = sending?.files.filter((file) => file.state === "failed").length ?? 0, there = sending?.files.filter((file) => file.state === "there").length ?? 0;
  useEffect(() => { if (waits && sending.ended && failed === 0 && there > 0 && !error) void start(); }, [waits, sending?.ended, failed, there]);

  const draft = journey.facts.document?.status === "draft" && journey.steps.some((step) => step.key === "approval" && step.state === "person");
  const live = journey.steps.find((step) => step.key === "agent")?.state === "done";
  const panes = [sending && { value: "files" as const, label: "Files" }, journey.job && !waits && { value: "read" as const, label: "What was read" }, draft && { value: "draft" as const, label: "Draft" }, live && { value: "agent" as const, label: "Agent" }].filter((pane) => pane !== undefined && pane !== false);
  const phase: Pane = waits ? "files" : live ? "agent" : draft ? "draft" : "read";
  const pane = chosen && panes.some((one) => one.value === chosen) ? chosen : phase;
  useKeys([{ keys: "t", says: "Talk to the agent", shown: live, run: () => { choose("agent"); setTimeout(() => field.current?.focus()); } }]);

  if (journey.error) return <div className="page"><Trouble error={journey.error} onRetry={journey.retry} /></div>;
  if (journey.loading) return <div className="page"><Loading what="how far it has come" rows={8} height={52} /></div>;
  return (
    <div className="watch">
      <section className="way" aria-labelledby="way">
        <Head journey={journey} sent={waits ? { there, of: sending.files.length } : null} />
        {error && <Trouble error={error} onRetry={() => void start()} />}
        {waits ? <SendingNow client={client} failed={failed} there={there} onStart={() => void start()} /> : journey.job ? <><h2 className="hidden">How far it is</h2><Steps steps={journey.steps} /></> : (
          <Empty icon="file" title="Nothing was read for this client yet" action={<Link className="btn p" to="/new" search={{ client, from: "client" } as never}>Give an address, a folder or files</Link>}>Files that were on their way when this page was closed are not kept. Choose them again; the client stays.</Empty>
        )}
        <Claim client={client} />
      </section>
      <section className="pane-of" aria-label="What came of it">
        {panes.length > 1 && <div><Segments<Pane> label="Show" value={pane} onChange={choose} options={panes} /></div>}
        {pane === "files" && sending ? <Files sending={sending} /> : pane === "draft" && draft ? <Draft client={client} requirements={journey.facts.document!.requirements_id} /> : pane === "agent" && live ? <Agent journey={journey} field={field} />
          : journey.job ? <div className="card reads"><Profile client={client} job={journey.job} /></div> : null}
      </section>
    </div>
  );
}

function Head({ journey: { client, job, steps, done, facts }, sent }: { journey: Journey; sent: { there: number; of: number } | null }) {
  useNow(1000);
  const barred = useBarred("research:write", client?.client_id);
  const running = job?.status === "queued" || job?.status === "running";
  const live = steps.find((step) => step.key === "agent")!.state === "done", failed = steps.find((step) => step.state === "failed"), person = steps.some((step) => step.state === "person");
  const until = live ? facts.deployedAt ?? facts.generation?.settled_at : failed ? job?.completed_at : null;
  const elapsed = job ? (until ? Date.parse(until) : serverNow()) - Date.parse(job.created_at) : null;
  const more = job ? remaining(job, serverNow()) : null;
  const stop = () => ask(() => api.POST("/api/v1/research/jobs/{job_id}/stop", { params: { path: { job_id: job!.job_id } }, headers: of(client!.client_id) })).then(() => say("Reading was stopped. What was read stays in its report."), refuse);
  return (
    <div className="head">
      <Ring share={sent ? sent.there / Math.max(1, sent.of) : done / steps.length} size={56} tone={failed && !sent ? "bad" : "good"} label={sent ? `${sent.there} of ${sent.of} files sent` : `${done} of ${steps.length} steps done`}>{sent ? `${Math.floor((100 * sent.there) / Math.max(1, sent.of))}%` : `${done}/${steps.length}`}</Ring>
      <div className="sp" style={{ minWidth: 0 }}>
        <h1 className="hero el" id="way">{client?.name}</h1>
        <p className="lead t2 tn">
          {sent ? `${sent.there.toLocaleString()} of ${sent.of.toLocaleString()} files sent` : elapsed === null ? "" : live ? `Its agent answers, ${lasted(elapsed)} after the start` : failed ? `Ended after ${lasted(elapsed)}` : person ? "Your turn: read the draft and approve it" : `${lasted(elapsed)} so far${more !== null ? `, reading takes about ${lasted(Math.max(1000, Math.ceil(more / 1000) * 1000))} more` : ""}`}
        </p>
      </div>
      {running && !sent && <Button size="s" icon="stop" barred={barred} onClick={() => void stop()}>Stop reading</Button>}
      {failed && !sent && client && <Link className="btn p" to="/new" search={{ client: client.client_id, from: "client" } as never}>Try another source</Link>}
    </div>
  );
}

function SendingNow({ client, failed, there, onStart }: { client: string; failed: number; there: number; onStart: () => void }) {
  const batch = batchOf(client);
  if (!batch) return null;
  const { ended, stopped } = batch.now;
  if (!ended && !stopped) return <div className="row"><p className="t2 sp">Files go four at a time. Other pages of the console may be opened meanwhile; closing this one ends it.</p><Button size="s" icon="stop" onClick={() => batch.stop()}>Stop</Button></div>;
  if (stopped || there === 0) return <Empty icon="file" title={stopped ? "Sending was stopped" : "None of these files could be sent"} action={<Link className="btn" to="/new" search={{ client, from: "client" } as never}>Choose again</Link>}>{stopped ? "Nothing was read." : "The reason stands beside each."}</Empty>;
  if (failed === 0) return null;
  return (
    <div className="problem" role="alert"><Icon name="alert" /><div className="col"><span><b>{failed.toLocaleString()} {failed === 1 ? "file" : "files"} did not arrive.</b> The others are there; nothing is lost.</span><span className="row"><Button size="s" kind="primary" icon="undo" onClick={() => void batch.again()}>Send them again</Button><Button size="s" onClick={onStart}>Go on without them</Button></span></div></div>
  );
}

/** Shown once: the server keeps only its hash. */
function Claim({ client }: { client: string }) {
  const claim = claimOf(client);
  if (!claim) return null;
  const copy = () => navigator.clipboard.writeText(claim.url).then(() => say("Copied. Whoever opens it becomes the client's owner."), () => refuse(new Error("The browser did not allow copying: select the link and copy it.")));
  return <div className="card pad small"><div className="row b"><Icon name="link" />Claim link, shown here only<span className="sp" /><Button size="s" icon="link" onClick={() => void copy()}>Copy</Button></div><p className="t2">For the client's owner, until <Time at={claim.until} />. A new one is made on the client's page.</p><p className="mono" style={{ overflowWrap: "anywhere" }}>{claim.url}</p></div>;
}
