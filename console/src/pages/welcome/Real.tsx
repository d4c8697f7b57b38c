/** What was real in this run, and what a key would add. */
import { useEngine } from "@/frame/Frame";
import { Icon } from "@/kit/Icon";
import type { Journey } from "../journey/useJourney";

export function Real({ journey: { job, facts: { document } } }: { journey: Journey }) {
  const engine = useEngine().data;
  if (!job || !document || !engine) return null;
  const local = /^https?:\/\/(127\.|localhost)/.test(job.source), rules = job.answered_by === "rules";
  const rows: [string, string, string][] = [
    ["Reading, documents, search, database, events, jobs", "real", ""],
    ["Embeddings", "real, on this machine", ""],
    ["Facts, requirements, configuration, answers", rules ? "real, by rules (the offline engine)" : "real, by a model", rules ? "OPENAI_API_KEY or ANTHROPIC_API_KEY: the same tasks by a model" : ""],
    ...(local ? [["The company's site", "served on this machine", "your own address, above"] as [string, string, string]] : []),
    ["Approval of the draft", document.automatic ? "by the command, for the story" : document.approved_at ? "by a person" : "waits for a person", document.automatic ? "in daily work a person reads it first" : ""],
    ["Mail with the claim link", "not sent; the link is shown where the client is made", "comes with the mail connector"],
  ];
  return (
    <details className="real">
      <summary className="row small t2"><Icon name="lock" />What was real in this run</summary>
      <div className="card" style={{ overflow: "auto" }}>
        <table className="tbl"><thead><tr><th scope="col">Part</th><th scope="col">In this run</th><th scope="col">What would add to it</th></tr></thead>
          <tbody>{rows.map(([part, run, more]) => <tr key={part}><td>{part}</td><td>{run}</td><td className="t2">{more}</td></tr>)}</tbody></table>
      </div>
    </details>
  );
}
