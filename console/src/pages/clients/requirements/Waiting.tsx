/** Before there is a document: nothing was researched, research runs, the draft is being written, or none could be. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, ask, of } from "@/api/client";
import { liveKey } from "@/api/live";
import { asProblem } from "@/api/problem";
import { Icon } from "@/kit/Icon";
import { Empty, Shown } from "@/kit/states";
import { Since } from "@/kit/time";
import { useJobs, type Job } from "../data";

export function Waiting({ client }: { client: string }) {
  const jobs = useJobs(client);
  const research = <Link className="btn p" to={`/clients/${client}/research`}><Icon name="search" />Go to research</Link>;
  return (
    <Shown query={jobs} what="the research" rows={2} empty={({ items }) => items.length === 0 && (
      <Empty icon="list" title="Nothing was researched yet." action={research}>Research reads the company's website or files. From what it finds a draft is written here, each item with its source; you change what is wrong and approve it, and an agent is configured from it.</Empty>
    )}>
      {({ items }) => <Newest client={client} job={items[0]!} action={research} />}
    </Shown>
  );
}

function Newest({ client, job, action }: { client: string; job: Job; action: React.ReactNode }) {
  const state = useQuery({
    queryKey: liveKey(client, "requirements of research", job.job_id), retry: false,
    queryFn: () => ask(() => api.GET("/api/v1/requirements/research/{research_job_id}", { headers: of(client), params: { path: { research_job_id: job.job_id } } })).catch((error) => { if (asProblem(error).status === 404) return null; throw error; }),
  });
  const source = job.source.replace(/^https?:\/\//, "");
  if (job.status === "failed") return <Empty icon="alert" title={`Research of ${source} failed.`} action={action}>{job.reason} {job.next}</Empty>;
  if (state.data?.status === "failed") return <Empty icon="alert" title="No draft could be written." action={action}>{state.data.reason} {state.data.next}</Empty>;
  const reading = job.status !== "completed";
  return (
    <div className="empty" role="status" style={{ width: "100%" }}>
      <div className="row b"><Icon name={reading ? "search" : "ai"} />{reading ? `${source} is being read` : "The draft is being written"}<span className="cap">since <Since at={(reading ? job.started_at : job.completed_at) ?? job.created_at} /></span></div>
      {reading && <div className="bar" style={{ width: "100%" }} role="progressbar" aria-label="Pages read" aria-valuemin={0} aria-valuemax={job.expected || 1} aria-valuenow={job.pages}><i style={{ width: `${Math.round((100 * job.pages) / Math.max(1, job.expected))}%` }} /></div>}
      <p className="tn">{reading ? <>{job.pages} of {job.expected} pages, {job.claims} facts found. The draft follows by itself.</> : <>From {job.claims} facts of {job.pages} pages. It appears here by itself, and nothing takes effect before you approve it.</>}</p>
    </div>
  );
}
