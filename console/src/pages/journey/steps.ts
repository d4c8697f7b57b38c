/** From a company to its agent in eight steps, each with how long it really took. */
import type { Schema } from "@/api/client";
import { plural } from "../clients/fields";

export interface Facts {
  client?: Schema["Client"];
  job?: Schema["Progress"];
  /** When the last page was read or refused. */
  readUntil?: string;
  /** When the knowledge of this research was ready, and what it holds, in the timeline's words. */
  knowledge?: { at: string; says: string };
  drafting?: Schema["ResearchState"];
  document?: Schema["RequirementsItem"];
  generation?: Schema["GenerationItem"];
  /** The version that new conversations take. */
  version?: number;
  deployedAt?: string;
  conversations?: number;
  talkedAt?: string;
}

export type State = "done" | "now" | "next" | "person" | "failed";
export interface Step { key: string; title: string; says: string; state: State; ms: number | null; at: string | null; share?: number; next?: string | null; to?: { path: string; says: string } }

/** To come, happening, done. */
const TITLES: Record<string, [string, string, string]> = {
  account: ["Open the account", "Opening the account", "Opened the account"],
  read: ["Read the company", "Reading the company", "Read the company"],
  facts: ["Find the facts", "Finding the facts", "Found the facts"],
  knowledge: ["Take in the knowledge", "Taking in the knowledge", "Took in the knowledge"],
  requirements: ["Write the requirements", "Writing the requirements", "Wrote the requirements"],
  approval: ["Approve them", "Waits for your approval", "Approved them"],
  agent: ["Build the agent", "Building the agent", "Built the agent"],
  talk: ["Talk with it", "Talking with it", "Talked with it"],
};
const between = (from: string | null | undefined, to: string | null | undefined) => (from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : null);

export function steps(facts: Facts): Step[] {
  const { client, job, readUntil, knowledge, drafting, document, generation, version, deployedAt, conversations = 0, talkedAt } = facts;
  const home = `/clients/${client?.client_id ?? ""}`;
  const reading = job && (job.status === "queued" || job.status === "running");
  const lost = job?.status === "failed", read = job?.status === "completed";
  const drafted = drafting !== undefined && ["drafted", "unchanged", "overtaken"].includes(drafting.status) && document !== undefined;
  const approved = drafted && document.status !== "draft";
  const built = approved && version !== undefined && generation?.status !== "waiting" && generation?.status !== "failed" && generation !== undefined;
  const by = (answeredBy: string | null | undefined) => (answeredBy === "rules" ? "by rules" : answeredBy ? "by a model" : "");

  const list: Omit<Step, "title">[] = [
    { key: "account", says: client ? `${client.name} has a place of its own; nobody else's rows are in it` : "A client needs a name", state: client ? "done" : "next", ms: null, at: client?.created_at ?? null, to: { path: home, says: "Open" } },
    {
      key: "read", at: readUntil ?? job?.completed_at ?? null, ms: read ? between(job?.started_at, readUntil ?? job?.completed_at) : null, to: { path: `${home}/research`, says: "Pages" },
      state: !job ? "next" : reading ? "now" : lost ? "failed" : "done",
      says: !job ? "Its website, a folder or files" : job.status === "queued" ? "Waits for a worker to begin" : lost ? (job.reason ?? "It failed.") : `${plural(job.pages, "page")} read${job.refused ? `, ${job.refused.toLocaleString()} not read, each with the reason` : ""}`,
      next: lost ? job?.next : null,
      ...(reading && job.expected > 0 ? { share: Math.min(1, (job.pages + job.refused) / job.expected) } : {}),
    },
    { key: "facts", at: job?.completed_at ?? null, ms: read && readUntil ? between(readUntil, job?.completed_at) : null, state: read ? "done" : "next", says: read ? `${plural(job!.claims, "fact")}, each with its source, ${by(job!.answered_by)}` : "Each with the sentence that says it", to: { path: `${home}/research`, says: "Facts" } },
    { key: "knowledge", at: knowledge?.at ?? null, ms: between(job?.completed_at, knowledge?.at), state: knowledge ? "done" : read ? "now" : "next", says: knowledge ? knowledge.says : "Passages that answers quote", to: { path: `${home}/documents`, says: "Documents" } },
    {
      key: "requirements", at: drafting?.settled_at ?? null, ms: drafted ? between(job?.completed_at, drafting.settled_at) : null, to: { path: `${home}/requirements`, says: "Read" },
      state: drafting?.status === "failed" ? "failed" : drafted ? "done" : read ? "now" : "next",
      says: drafting?.status === "failed" ? (drafting.reason ?? "It failed.") : drafted ? `${plural(document.items, "item")} ${by(document.answered_by)}${drafting.status === "unchanged" ? ", as before" : ""}` : "What the agent is to do, from the facts",
      next: drafting?.status === "failed" ? drafting.next : null,
    },
    {
      key: "approval", at: document?.approved_at ?? null, ms: approved ? between(drafting?.settled_at, document.approved_at) : null, to: { path: `${home}/requirements`, says: "Read" },
      state: approved ? "done" : drafted ? "person" : "next",
      says: approved ? (document.automatic ? "By the command that told this story; in daily work a person reads it first" : "By a person") : "A person reads them first",
    },
    {
      key: "agent", at: deployedAt ?? generation?.settled_at ?? null, ms: built ? between(document.approved_at, deployedAt ?? generation.settled_at) : null, to: { path: `${home}/agents`, says: "Open" },
      state: built ? "done" : generation?.status === "failed" && approved ? "failed" : approved ? "now" : "next",
      says: built ? `Configuration version ${version} is live${generation.status === "unchanged" ? ", as before" : ""}` : generation?.status === "failed" && approved ? (generation.reason ?? "It failed.") : "A configuration, checked, then live",
      next: generation?.status === "failed" ? generation.next : null,
    },
    { key: "talk", at: talkedAt ?? null, ms: null, state: built && conversations > 0 ? "done" : "next", says: conversations > 0 ? `${plural(conversations, "conversation")}, answered from the documents` : "It quotes its source, or says that it does not know", to: { path: "/inbox", says: "Inbox" } },
  ];
  // What took no time that can be told has none; a later repeat of an earlier step gives none either.
  return list.map((step) => {
    const [next, now, done] = TITLES[step.key]!;
    if (step.state === "done") return { ...step, title: done };
    return { ...step, title: step.state === "next" || step.state === "failed" ? next : now, ms: null, ...(step.state === "next" ? { to: undefined, at: null } : {}) };
  });
}

/** Milliseconds that reading will still take, from how it went so far; null while too little is known. */
export function remaining(job: Schema["Progress"], now: number): number | null {
  const done = job.pages + job.refused;
  if (!job.started_at || job.status !== "running" || done < 3 || job.expected <= done) return null;
  return ((now - Date.parse(job.started_at)) / done) * (job.expected - done);
}
