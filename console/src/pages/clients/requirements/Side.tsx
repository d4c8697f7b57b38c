/** Beside the document: what to look at first, where it comes from, and what became of it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, ask, of, type Schema } from "@/api/client";
import { liveKey } from "@/api/live";
import { Icon } from "@/kit/Icon";
import { Chip, Confidence, Lineage, Machine } from "@/kit/marks";
import { Time } from "@/kit/time";
import { useJobs } from "../data";
import { sectionOf, sure, type Entry } from "./draft";
import type { Document } from "./useDraft";

const SHOWN = 40;

export function useGeneration(client: string, document: { requirements_id: string; version: number; status: string }) {
  return useQuery({
    queryKey: liveKey(client, "generations"), enabled: document.status === "approved",
    queryFn: () => ask(() => api.GET("/api/v1/configurations/generations", { headers: of(client), params: { query: { limit: 20 } } })),
    select: ({ items }) => items.find((made) => made.requirements_id === document.requirements_id && made.requirements_version === document.version) ?? null,
  });
}

export function Side({ client, document, unsure, draft, onGo }: { client: string; document: Document; unsure: { section: string; entry: Entry }[]; draft: boolean; onGo: (key: string) => void }) {
  const job = useJobs(client).data?.items.find(({ job_id }) => job_id === document.research_job_id);
  return (
    <div className="col" style={{ gap: 0 }}>
      {draft && (
        <section style={{ borderBottom: "1px solid var(--line)" }}>
          <div className="hd" style={{ borderBottom: 0 }}><h2>Look at these first</h2><span className="cap tn">{unsure.length}</span></div>
          {unsure.length === 0 ? <p className="t2" style={{ padding: "0 12px 12px" }}>Everything is sure enough, or a person has changed it.</p> : (
            <ul style={{ maxHeight: 320, overflowY: "auto" }} tabIndex={0} aria-label="Look at these first">
              {unsure.slice(0, SHOWN).map(({ section, entry }) => {
                const confidence = sure(entry);
                return <li key={entry.key}><button type="button" className="item" style={{ padding: "6px 12px" }} onClick={() => onGo(entry.key)}><Icon name={section === "open_questions" ? "inf" : "alert"} size="m" /><span className="sp" style={{ minWidth: 0 }}><span className="clamp">{entry.text}</span><span className="cap">{sectionOf(section).title}</span></span>{confidence !== null && <Confidence value={confidence} below="below 0.70: look at it before you approve" />}</button></li>;
              })}
            </ul>
          )}
          {unsure.length > SHOWN && <p className="cap" style={{ padding: "4px 12px 8px" }}>and {unsure.length - SHOWN} more in the document</p>}
        </section>
      )}
      {document.status === "approved" && <Became client={client} document={document} />}
      <section className="col" style={{ padding: 12, gap: 6 }}>
        <h2>Where it comes from</h2>
        <p className="row"><Machine>{document.answered_by === "rules" ? "Drafted by rules" : `Drafted by ${document.answered_by}`}</Machine><span className="sp" /><Confidence value={document.confidence} below="below 0.70: little was found" /></p>
        {job && <p className="small t2"><Link to={`/clients/${client}/research`} search={{ job: job.job_id } as never}>{job.source.replace(/^https?:\/\//, "")}</Link>, read <Time at={job.completed_at ?? job.created_at} />: {job.pages} {job.pages === 1 ? "page" : "pages"}, {job.claims} facts</p>}
        <p className="small t2">{document.items} items in the saved version. {document.confirmed_by !== document.research_job_id && "Later research confirmed it."}</p>
        <Lineage at={3} id={document.lineage_id} />
      </section>
      <section className="col" style={{ padding: "4px 12px 16px", gap: 4 }}>
        <h2>How to read it</h2>
        <p className="small row"><span className="ait" style={{ color: "var(--ai)" }}>Italic, dashed</span><span className="t2">the machine wrote it</span></p>
        <p className="small row"><span className="edit">Bold, underlined</span><span className="t2">a person wrote it</span></p>
        <p className="small t2">Plain: approved. Nothing takes effect while it is a draft.</p>
      </section>
    </div>
  );
}

function Became({ client, document }: { client: string; document: Schema["Requirements"] }) {
  const generation = useGeneration(client, document).data;
  return (
    <section className="col" style={{ padding: 12, gap: 6, borderBottom: "1px solid var(--line)" }} aria-live="polite">
      <h2>What became of it</h2>
      {!generation || generation.status === "waiting" ? <p className="row"><span className="skeleton" style={{ width: 16, height: 16, borderRadius: 8 }} />A configuration is being generated.</p>
        : generation.status === "created" ? <p className="row wrap"><Chip tone="good" icon="branch">version {generation.version}</Chip><Link to={`/clients/${client}/agents`} search={{ version: generation.version } as never}>See what changed in the agent</Link></p>
          : generation.status === "unchanged" ? <p className="row wrap"><Chip icon="ok">no change</Chip><span>It says what <Link to={`/clients/${client}/agents`} search={{ version: generation.version } as never}>version {generation.version}</Link> says already.</span></p>
            : generation.status === "overtaken" ? <p>Others were approved later; the agent follows those.</p>
              : <p className="problem"><Icon name="alert" /><span>{generation.reason} {generation.next}</span></p>}
    </section>
  );
}
