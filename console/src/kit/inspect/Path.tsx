/** The path of an answer: what was decided, found and said for it, in the order in which it ran, with the milliseconds that were measured. */
import type { ReactNode } from "react";
import type { Schema } from "@/api/client";
import { Button } from "../Button";
import { Icon } from "../Icon";
import { Chip, Confidence, Lineage } from "../marks";
import { lasted, Time } from "../time";
import { useInspect } from "./Inspector";

type Why = Schema["Why"];
interface Quote { document_id: string; title: string; quote: string; start: number; end: number; score?: number }
interface Step {
  step: string; ms: number;
  action?: string; reasons?: string[];
  questions?: string[]; details?: string[]; handover?: string | null;
  model?: string; cost_usd?: number | null; calls?: string[]; failed?: string | null; escalate?: string[];
  question?: string; count?: number; passages?: Quote[];
  name?: string;
  grounded?: boolean; confidence?: number; quotes?: Quote[];
  by?: string; citations?: number;
}

const REASONS: Record<string, string> = {
  user_requests_human: "the visitor asked for a person", offer_accepted: "the visitor said yes to a person", upset: "the visitor is upset", policy: "a rule sends this to a person", agent: "the agent asked for a person", left_address: "the visitor left an address", no_answer: "the agent failed to answer",
};
export const reasonOf = (reason: string) => REASONS[reason] ?? reason.replaceAll("_", " ");
const TOOLS: Record<string, string> = { capture_contact: "noted who writes", hand_over: "asked for a person" };
const ACTIONS: Record<string, string> = { allow: "allowed", redact: "allowed, numbers hidden", escalate: "goes to a person", block: "stopped" };
export const modelName = (model: string) => model.split(":").at(-1) || model;
export const money = (usd: number) => `$ ${usd === 0 ? "0.000" : usd < 0.001 ? "< 0.001" : usd.toFixed(3)}`;
const counted = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** A step that ran, in words; `main` ones are where the answer comes from. */
function told(step: Step, cited: Quote[]): { name: string; says: ReactNode; quotes?: Quote[]; main?: boolean; bad?: boolean } {
  switch (step.step) {
    case "policy_in": return { name: "Policy in", says: [ACTIONS[step.action ?? ""] ?? step.action, ...(step.reasons ?? [])].join(": "), bad: step.action === "block" };
    case "understood": {
      const found = [...(step.questions ?? []).map((question) => `“${question}”`), ...(step.details?.length ? [`says their ${step.details.join(" and ")}`] : []), ...(step.handover ? [reasonOf(step.handover)] : [])];
      return { name: "Understood", says: found.join(" · ") || "nothing to look up" };
    }
    case "model": return { name: "Model", says: step.failed ? `${step.failed} The rules answered instead.` : [modelName(step.model ?? ""), step.calls?.length ? `wants ${step.calls.map((call) => TOOLS[call] ? call.replaceAll("_", " ") : "to look it up").join(", ")}` : "wrote the answer", ...(step.escalate ?? []), ...(step.cost_usd != null ? [money(step.cost_usd)] : [])].join(" · "), bad: Boolean(step.failed) };
    case "found": {
      const passages = step.passages ?? [];
      const used = passages.filter((passage) => cited.some((one) => one.document_id === passage.document_id && one.start >= passage.start && one.end <= passage.end));
      return { name: "Found", says: `${counted(step.count ?? passages.length, "passage")}, ${used.length} used`, quotes: passages, main: true };
    }
    case "tool": return { name: "Tool", says: step.failed ? `${step.name}: ${step.failed}` : (TOOLS[step.name ?? ""] ?? step.name), bad: Boolean(step.failed) };
    case "supported": return { name: "Each claim", says: step.grounded ? `${counted(step.quotes?.length ?? 0, "quote")} word for word` : "no passage answers it; these come nearest", quotes: step.quotes, bad: !step.grounded };
    case "answered": return { name: "Answered", says: [step.by === "rules" ? "by rules" : "by a model", step.grounded === false ? "“I don't know”" : null, step.citations ? counted(step.citations, "source") : null].filter(Boolean).join(", "), main: true };
    default: return { name: step.step.replaceAll("_", " "), says: "" };
  }
}

export function Path({ why, client }: { why: Why; client: string }) {
  const inspect = useInspect();
  const steps = why.steps as Step[] | null;
  const cited = why.citations as Quote[];
  const open = (quote: Quote) => inspect("document", client, quote.document_id, String(quote.start), String(quote.end));
  if (!steps) return <p className="pad t2 small" style={{ padding: "0 14px 12px" }}>{why.answered_by === "person" ? `A person wrote this${why.author_name ? `: ${why.author_name}` : ""}.` : "No path was recorded: this was said without a question, or before paths were kept."}</p>;
  return (
    <ol className="why">
      {steps.map((step, at) => {
        const { name, says, quotes, main, bad } = told(step, cited);
        return (
          <li key={at} data-main={main || undefined}>
            <div className="l"><b>{name}</b><span className={bad ? "warn sp" : "t2 sp"}>{says}{step.step === "supported" && step.confidence !== undefined && <> <Confidence value={step.confidence} below="below 0.70" /></>}</span><span className="tn t3 ms">{step.ms < 1 ? "< 1 ms" : lasted(step.ms)}</span></div>
            {(quotes ?? []).slice(0, 3).map((quote) => (
              <button key={`${quote.document_id} ${quote.start} ${quote.end}`} type="button" className="quote small" onClick={() => open(quote)} title="Open the document here">
                <span className="clamp">“{quote.quote}”</span><span className="cap row"><Icon name="file" size="s" /><span className="el">{quote.title || quote.document_id}</span>{quote.score !== undefined && <span className="tn" style={{ flex: "none" }}>{quote.score.toFixed(2)}</span>}</span>
              </button>
            ))}
          </li>
        );
      })}
    </ol>
  );
}

/** Who answered, how sure, with which version, at which cost, in which time. */
export function Figures({ why }: { why: Why }) {
  const by = why.answered_by === "rules" ? "Rules" : why.answered_by === "person" ? (why.author_name ?? "A person") : why.model ? modelName(why.model) : (why.answered_by ?? "Greeting");
  return (
    <div className="row wrap cap" style={{ gap: "4px 10px" }}>
      <span className="b t2">{by}</span>
      {why.confidence != null && why.answered_by !== "person" && <Confidence value={why.confidence} below="below 0.70: it offers a person" />}
      {why.config_version != null && <span>config v{why.config_version}</span>}
      {why.cost_usd != null && why.steps && <span className="tn">{money(why.cost_usd)}</span>}
      {why.ms != null && why.steps && <span className="tn">{lasted(why.ms)}{why.provider_ms ? `, ${lasted(why.provider_ms)} of it the model` : ""}</span>}
      <Time at={why.created_at} seconds />
      <Lineage at={5} id={why.lineage_id} />
      {why.grounded === false && <Chip tone="warn" icon="alert">Not grounded</Chip>}
    </div>
  );
}

export function Sources({ why, client }: { why: Why; client: string }) {
  const inspect = useInspect();
  if (why.citations.length === 0) return null;
  return (
    <ul>{why.citations.map((citation, at) => (
      <li key={`${citation.document_id} ${citation.start}`} className="col" style={{ gap: 4, padding: "8px 0", borderTop: "1px solid var(--line)" }}>
        <div className="row"><span className="cite">{at + 1}</span><span className="el sp b small">{citation.title}</span><Button size="s" onClick={() => inspect("document", client, citation.document_id, String(citation.start), String(citation.end))}>Open</Button></div>
        <p className="quote small">{citation.quote}</p>
      </li>
    ))}</ul>
  );
}
