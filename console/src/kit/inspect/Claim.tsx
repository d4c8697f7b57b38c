/** A fact about a client: its value, the words on the page that it rests on, how certain it is, when and by whom it was found. `rest` may name the research job. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, of } from "@/api/client";
import { useJobs, useReport, useText, type Claim as Found } from "@/pages/clients/data";
import { fieldIcon, fieldName } from "@/pages/clients/fields";
import { Button } from "../Button";
import { Icon } from "../Icon";
import { Chip, Confidence, Machine } from "../marks";
import { Around, placeOf } from "../quote";
import { Empty, Loading, Shown } from "../states";
import { Time } from "../time";
import { useInspect, type Inspected } from "./Inspector";

export default function Claim({ client, id, rest: [named] }: Inspected) {
  const jobs = useJobs(client);
  const looked = (jobs.data?.items ?? []).filter((job) => job.claims > 0).map((job) => job.job_id);
  const inJob = useQuery({
    queryKey: ["job of fact", client, id, looked.length], enabled: named === undefined && jobs.data !== undefined, staleTime: Infinity,
    queryFn: async () => {
      for (const job_id of looked) {
        const report = await ask(() => api.GET("/api/v1/research/jobs/{job_id}/report", { headers: of(client), params: { path: { job_id } } }));
        if (report.claims.some((claim) => claim.claim_id === id)) return job_id;
      }
      return null;
    },
  });
  const job = named ?? inJob.data ?? undefined;
  const report = useReport(client, job, true);
  if (job === undefined && inJob.data === null) return <div className="pad"><Empty title="This fact is not known any more.">The research that found it was taken away, or it belongs to another client.</Empty></div>;
  if (job === undefined) return inJob.error ? <Shown query={inJob} what="the fact">{() => null}</Shown> : <Loading what="the fact" rows={4} />;
  return (
    <Shown query={report} what="the fact">
      {(report) => {
        const claim = report.claims.find((claim) => claim.claim_id === id);
        return claim ? <Body client={client} claim={claim} by={report.answered_by} /> : <div className="pad"><Empty title="This fact is not in that research." /></div>;
      }}
    </Shown>
  );
}

function Body({ client, claim, by }: { client: string; claim: Found; by: string | null }) {
  const page = useText(client, claim.in_markup ? undefined : claim.source_url);
  const inspect = useInspect();
  const place = page.data ? placeOf(page.data.text, claim.quote, claim.start, claim.end) : null;
  const low = claim.confidence < 0.7;
  return (
    <div className="col" style={{ padding: "0 20px 20px", gap: 14 }}>
      <div className="col" style={{ gap: 4 }}>
        <span className="row small t2"><Icon name={fieldIcon(claim.field)} size="m" />{fieldName(claim.field)}</span>
        {claim.inferred ? <div className="ai" style={{ padding: "8px 12px" }}><Machine>concluded</Machine><p className="ait">{claim.value}</p></div> : <p className="lead b" style={{ overflowWrap: "anywhere" }}>{claim.value}</p>}
        <span className="row"><Confidence value={claim.confidence} below="below 0.70: a person should look" />{low && <span className="small warn">Below 0.70: a person should look.</span>}</span>
      </div>
      {claim.basis && <div className="col" style={{ gap: 2 }}><h3 className="small">How it follows</h3><p className="t2">{claim.basis}</p></div>}
      <div className="col" style={{ gap: 4 }}>
        <h3 className="small">The words it rests on</h3>
        <blockquote className="quote" style={{ margin: 0, whiteSpace: "pre-wrap" }}>{place ? <Around text={page.data!.text} place={place} /> : <mark>{claim.quote}</mark>}</blockquote>
        {claim.in_markup && <span className="cap"><Chip icon="inf">in the page's markup</Chip> It does not stand in the text that visitors read.</span>}
        {page.data && !place && <span className="cap row"><Icon name="alert" size="m" />The page has changed since: these words are not on it any more.</span>}
        {page.error !== null && <span className="cap">The page is not among the documents any more.</span>}
      </div>
      <dl className="pairs">
        <dt>Page</dt><dd><a href={claim.source_url} target="_blank" rel="noreferrer">{claim.source_url}</a></dd>
        <dt>Read</dt><dd><Time at={claim.fetched_at} /></dd>
        <dt>Found by</dt><dd>{by === null ? "not told" : by === "rules" ? "Rules" : by}</dd>
      </dl>
      {page.data && <div><Button icon="book" onClick={() => inspect("document", client, claim.source_url, ...(place && claim.start !== null && claim.end !== null ? [String(claim.start), String(claim.end)] : []))}>Open the whole page</Button></div>}
    </div>
  );
}
