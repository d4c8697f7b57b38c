/** The profile that one job gave: facts by field, the pages that were read and those that were not. */
import { useMemo, useRef, useState } from "react";
import { useKeys } from "@/frame/keys";
import { Button } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { useInspect } from "@/kit/inspect/Inspector";
import { Chip, Confidence, Lineage, Machine } from "@/kit/marks";
import { Rows, type Walk } from "@/kit/Rows";
import { Search } from "@/kit/Search";
import { Empty, Loading, Shown } from "@/kit/states";
import { lasted, Time } from "@/kit/time";
import { useReport, type Claim, type Job, type Report } from "../data";
import { fieldIcon, fieldName, pathOf, plural } from "../fields";
import { ended, JobState } from "./Research";

type Line = { field: string; count: number } | { claim: Claim } | { refused: Report["refused"][number] } | { page: string };
const keyOf = (line: Line) => ("field" in line ? line.field : "claim" in line ? line.claim.claim_id : "page" in line ? line.page : line.refused.url);
const NOT_READ = "not read", PAGES = "pages";

export function Profile({ client, job }: { client: string; job: Job }) {
  const report = useReport(client, job.job_id, ended(job));
  return (
    <>
      <Summary job={job} />
      <Shown query={report} what="the profile">{(report) => <Lines key={job.job_id} client={client} job={job} report={report} />}</Shown>
    </>
  );
}

function Summary({ job }: { job: Job }) {
  const took = job.started_at && job.completed_at ? lasted(Date.parse(job.completed_at) - Date.parse(job.started_at)) : null;
  return (
    <div className="pad col" style={{ paddingBottom: 0 }}>
      <div className="row wrap">
        <h2 className="lead el" style={{ fontWeight: 620 }}>{job.source.replace(/^https?:\/\//, "")}</h2><JobState job={job} />
        <span className="small t2 tn">{plural(job.pages, "page")}, {plural(job.claims, "fact")}{job.refused > 0 && `, ${job.refused} not read`}{took && `, ${took}`}</span>
        {job.answered_by && <Machine>{job.answered_by === "rules" ? "by rules" : `by ${job.answered_by}`}</Machine>}
        <span className="sp" /><span className="cap"><Time at={job.created_at} /></span><Lineage at={0} id={job.lineage_id} />
      </div>
      {!ended(job) && (
        <div className="row" role="status">
          <span className="bar" style={{ flex: 1 }} role="progressbar" aria-label="Pages read" aria-valuemin={0} aria-valuemax={job.expected} aria-valuenow={job.pages + job.refused}><i style={{ width: `${Math.min(100, ((job.pages + job.refused) / Math.max(1, job.expected)) * 100)}%` }} /></span>
          <span className="cap tn">{job.status === "queued" ? "Waits for its turn" : `Read ${job.pages + job.refused} of ${plural(job.expected, "page")} known so far`}</span>
        </div>
      )}
      {job.status === "failed" && <Failed reason={job.reason} next={job.next} />}
    </div>
  );
}

function Failed({ reason, next }: { reason: string | null; next: string | null }) {
  return <div className="problem" role="note"><Icon name="alert" /><div className="col" style={{ gap: 2 }}><span className="b">{reason ?? "The research failed."}</span>{next && <span>{next}</span>}<span className="t2">What was read before stays.</span></div></div>;
}

function Lines({ client, job, report }: { client: string; job: Job; report: Report }) {
  const [chosen, setShown] = useState<string | null>(null);
  const shown = chosen ?? (report.claims.length > 0 || ended(job) ? "all" : PAGES); // pages come first, facts when all are read
  const [query, setQuery] = useState("");
  const list = useRef<Walk>(null);
  const search = useRef<HTMLInputElement>(null);
  const inspect = useInspect();
  useKeys([{ keys: "/", says: "Find in the profile", run: () => search.current?.focus() }]);
  const counts = useMemo(() => { const found = new Map<string, number>(); for (const claim of report.claims) found.set(claim.field, (found.get(claim.field) ?? 0) + 1); return found; }, [report]);
  const lines = useMemo<Line[]>(() => {
    const has = (...texts: (string | null)[]) => texts.some((text) => text?.toLowerCase().includes(query.trim().toLowerCase()));
    if (shown === NOT_READ) return report.refused.filter((page) => has(page.url, page.reason)).map((refused) => ({ refused }));
    if (shown === PAGES) return report.pages.filter((page) => has(page)).map((page) => ({ page }));
    const claims = report.claims.filter((claim) => (shown === "all" || claim.field === shown) && has(claim.value, claim.quote, claim.source_url));
    const perField = new Map<string, Claim[]>();
    for (const claim of claims) perField.set(claim.field, [...(perField.get(claim.field) ?? []), claim]);
    return [...perField].flatMap(([field, claims]): Line[] => [{ field, count: claims.length }, ...claims.map((claim) => ({ claim }))]);
  }, [report, shown, query]);
  if (!ended(job) && report.claims.length === 0 && report.pages.length === 0) return <Loading what="the first pages" rows={5} height={64} />;
  const entry = (name: string, says: string, icon: IconName, count: number) => (
    <button key={name} type="button" className="item row small" aria-current={shown === name || undefined} style={{ padding: "5px 20px", minHeight: 30, border: 0 }} onClick={() => setShown(name)}><Icon name={icon} size="m" /><span className="el">{says}</span><span className="sp" /><span className="cap tn">{count}</span></button>
  );
  return (
    <div className="sides" style={{ flex: 1 }}>
      <nav className="contents" aria-label="Parts of the profile">
        {entry("all", "All facts", "list", report.claims.length)}
        {[...counts].map(([field, count]) => entry(field, fieldName(field), fieldIcon(field), count))}
        <hr />
        {report.refused.length > 0 && entry(NOT_READ, "Not read", "stop", report.refused.length)}
        {entry(PAGES, "Pages read", "file", report.pages.length)}
      </nav>
      <div className="middle">
        <div className="row" style={{ padding: "12px 20px 4px 0" }}><Search ref={search} value={query} onChange={setQuery} placeholder="Find in the profile" wide onKeyDown={(event) => { if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); list.current?.focus(0); } }} /></div>
        {lines.length === 0 && (query ? <Empty title={`Nothing here has “${query}”.`} action={<Button onClick={() => setQuery("")}>Show all</Button>} />
          : <Empty title={ended(job) ? "No facts were found." : "Facts come when all pages are read."}>{ended(job) ? "The pages had no sentence that says what the company does, sells or promises. Files with prices or policies help: send them in Documents." : undefined}</Empty>)}
        <Rows ref={list} items={lines} keyOf={keyOf} label="Profile" height={74} padding="0 20px 20px 0" row={(line) => (
          <div style={{ paddingBottom: 6 }}>
            {"field" in line ? <h3 className="row small" style={{ padding: "10px 0 2px" }}><Icon name={fieldIcon(line.field)} size="m" />{fieldName(line.field)} <span className="cap tn">{line.count}</span></h3>
              : "claim" in line ? <Fact claim={line.claim} onOpen={() => inspect("claim", client, line.claim.claim_id, job.job_id)} />
              : "page" in line ? <button type="button" className="card row" style={{ width: "100%", padding: "8px 12px" }} onClick={() => inspect("document", client, line.page)}><Icon name="file" /><span className="el">{line.page}</span></button>
              : <Refused page={line.refused} />}
          </div>
        )} />
      </div>
    </div>
  );
}

function Fact({ claim, onOpen }: { claim: Claim; onOpen: () => void }) {
  return (
    <button type="button" className={claim.inferred ? "ai" : "card"} style={{ width: "100%", padding: "8px 12px", display: "grid", gap: 4 }} onClick={onOpen}>
      <span className="row">
        {claim.inferred ? <span className="ait b">{claim.value}</span> : <span className="b" style={{ overflowWrap: "anywhere" }}>{claim.value}</span>}
        <span className="sp" />{claim.inferred && <Machine>concluded</Machine>}<Confidence value={claim.confidence} below="below 0.70: a person should look" />
      </span>
      <span className="quote small clamp">{claim.quote}</span>
      <span className="row cap"><Icon name="file" size="s" /><span className="el">{pathOf(claim.source_url)}</span>{claim.in_markup && <Chip>in the page's markup</Chip>}{claim.basis && <span className="el">· {claim.basis}</span>}</span>
    </button>
  );
}

function Refused({ page }: { page: Report["refused"][number] }) {
  return (
    <div className="card" tabIndex={-1} style={{ padding: "8px 12px", display: "grid", gap: 2 }}>
      <span className="row"><Icon name="stop" /><span className="b el">{page.url}</span></span>
      <span>{page.reason ?? "It was not read."}</span>
      {page.next && <span className="t2">{page.next}</span>}
    </div>
  );
}
