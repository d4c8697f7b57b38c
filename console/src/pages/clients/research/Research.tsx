/** What was read about a client: each job, and the profile that it gave, fact by fact with its quote. */
import { Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, ask, of } from "@/api/client";
import { liveKey } from "@/api/live";
import { asProblem } from "@/api/problem";
import { useCrumbs } from "@/frame/crumbs";
import { useKeys } from "@/frame/keys";
import { useBarred } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Chip, type Tone } from "@/kit/marks";
import type { IconName } from "@/kit/Icon";
import { say } from "@/kit/notice";
import { Empty, Shown, Trouble } from "@/kit/states";
import { lasted, Since, Time } from "@/kit/time";
import { useClient, useJobs, type Job } from "../data";
import { Head } from "../Head";
import { Profile } from "./Profile";

const STATES: Record<string, { icon: IconName; tone: Tone; says: string }> = {
  queued: { icon: "clock", tone: "", says: "waits for its turn" },
  running: { icon: "play", tone: "acc", says: "reading" },
  completed: { icon: "ok", tone: "good", says: "done" },
  failed: { icon: "alert", tone: "bad", says: "failed" },
};
export const ended = (job: Job) => job.status === "completed" || job.status === "failed";

export default function Research() {
  const { client = "" } = useParams({ strict: false }) as { client?: string };
  const { job } = useSearch({ strict: false }) as { job?: string };
  const navigate = useNavigate();
  const shown = useClient(client).data;
  const jobs = useJobs(client);
  const barred = useBarred("research:write", client);
  const [asking, setAsking] = useState(false);
  useCrumbs(`Research of ${shown?.name ?? "a client"}`, [{ says: "Clients", to: "/clients" }, { says: shown?.name ?? "…", to: `/clients/${client}` }, { says: "Research" }]);
  const items = jobs.data?.items ?? [];
  const chosen = items.find(({ job_id }) => job_id === job) ?? items[0];
  const choose = (id: string) => void navigate({ to: ".", search: (now: Record<string, unknown>) => ({ ...now, job: id }) } as never);
  const step = (by: number) => { const next = items[items.indexOf(chosen!) + by]; if (next) choose(next.job_id); };
  useKeys([
    { keys: "j", says: "Next job", run: () => step(1) },
    { keys: "k", says: "The job before", run: () => step(-1) },
    { keys: "n", says: "Research again", run: () => { if (!barred) setAsking(true); }, shown: true },
  ]);
  return (
    <div className="middle">
      <Head client={client}><Button kind="primary" icon="search" keys={["N"]} barred={barred} onClick={() => setAsking(true)}>Research again</Button></Head>
      <div style={{ flex: 1, minHeight: 0 }}>
        <Shown query={jobs} what="the research" empty={({ items }) => items.length === 0 && (
          <Empty icon="search" title="Nothing was read about this client yet." action={<Button kind="primary" icon="search" barred={barred} onClick={() => setAsking(true)}>Read its website</Button>}>
            Research reads a website or files, page by page, and writes a profile in which each fact has its quote, its page and its confidence.
          </Empty>
        )}>
          {() => (
            <div className="sides">
              <nav className="pane left" aria-label="Research jobs" style={{ height: "100%" }}>
                <div className="hd"><h2>Jobs</h2><span className="cap tn">{items.length}{jobs.data?.next_cursor ? " newest" : ""}</span></div>
                <div className="scroll">{items.map((item) => <JobLine key={item.job_id} job={item} on={item === chosen} onOpen={() => choose(item.job_id)} />)}</div>
              </nav>
              <div className="middle">{chosen && <Profile client={client} job={chosen} />}</div>
            </div>
          )}
        </Shown>
      </div>
      <Again client={client} website={shown?.website ?? chosen?.source ?? ""} opened={asking} onClose={() => setAsking(false)} onStarted={choose} />
    </div>
  );
}

export function JobState({ job }: { job: Job }) {
  const { icon, tone, says } = STATES[job.status] ?? { icon: "clock", tone: "", says: job.status };
  return <Chip icon={icon} tone={tone}>{says}</Chip>;
}

function JobLine({ job, on, onOpen }: { job: Job; on: boolean; onOpen: () => void }) {
  return (
    <button type="button" className="item" aria-current={on || undefined} onClick={onOpen}>
      <span className="col" style={{ flex: 1, gap: 2 }}>
        <span className="row"><span className="el b" title={job.source}>{job.source.replace(/^https?:\/\//, "")}</span><span className="sp" /><span className="cap"><Time at={job.created_at} /></span></span>
        <span className="row small t2 tn"><JobState job={job} /><span className="el">{job.pages} {job.pages === 1 ? "page" : "pages"}{ended(job) ? `, ${job.claims} facts` : ` of ${job.expected} known`}{job.started_at && job.completed_at ? `, ${lasted(Date.parse(job.completed_at) - Date.parse(job.started_at))}` : ""}{!ended(job) && job.started_at && <>, <Since at={job.started_at} /></>}</span></span>
      </span>
    </button>
  );
}

function Again({ client, website, opened, onClose, onStarted }: { client: string; website: string; opened: boolean; onClose: () => void; onStarted: (job: string) => void }) {
  const queries = useQueryClient();
  const [source, setSource] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: (source: string) => ask(() => api.POST("/api/v1/research/jobs", { headers: of(client), body: { source, files: [] } })),
    onSuccess: async ({ job_id }) => {
      await queries.invalidateQueries({ queryKey: liveKey(client, "research jobs") });
      say("Research began. Each page is told as it is read.");
      onStarted(job_id);
      onClose();
    },
  });
  const value = source ?? website;
  const submit = (event: FormEvent) => { event.preventDefault(); if (value.trim()) start.mutate(value.trim()); };
  return (
    <Modal opened={opened} onClose={() => { start.reset(); setSource(null); onClose(); }} title={<h2>Research again</h2>}>
      <form className="col" style={{ gap: 12 }} onSubmit={submit}>
        {start.error && <Trouble error={asProblem(start.error)} />}
        <TextInput data-autofocus label="Website" description="What did not change since is not read twice." value={value} required maxLength={2000} onChange={(event) => setSource(event.currentTarget.value)} />
        <div className="row"><Button kind="primary" type="submit" busy={start.isPending}>Start</Button><Button kind="quiet" onClick={onClose}>Cancel</Button></div>
      </form>
    </Modal>
  );
}
