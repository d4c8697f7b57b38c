/** What an event says in numbers, and which of its fields people read. */
import { lasted } from "./time";

export interface Figure { says: string; value: string; note?: string }
type Body = Record<string, unknown>;

const number = (value: unknown): string | null => (typeof value === "number" ? value.toLocaleString() : null);
const length = (value: unknown): string | null => (Array.isArray(value) ? value.length.toLocaleString() : null);
const version = (value: unknown): string | null => (typeof value === "number" ? `v${value}` : null);

/** Kind → its figures, the most telling first; four at most are shown. */
const FIGURES: Record<string, (body: Body) => [string, string | null, string?][]> = {
  "research.page_read": (b) => [["Characters", number(b.characters)], ["Kind", typeof b.document_kind === "string" ? b.document_kind : null]],
  "research.claims_found": (b) => [["Facts", length(b.claims)]],
  "research.research_completed": (b) => [["Pages read", number(b.pages)], ["Facts", number(b.claims)], ["Not read", number(b.refused)], ["Took", typeof b.seconds === "number" ? lasted(b.seconds * 1000) : null]],
  "library.document_ingested": (b) => [["Passages", number(b.chunks)], ["Characters", number(b.characters)], ["Version", version(b.version)]],
  "library.knowledge_ready": (b) => [["Documents", number(b.documents)], ["Passages", number(b.chunks)], ["Unchanged", number(b.unchanged)]],
  "requirements.requirements_drafted": (b) => [["Items", number(b.items)], ["Version", version(b.version)]],
  "requirements.requirements_changed": (b) => [["Version", version(b.version)]],
  "requirements.requirements_approved": (b) => [["Version", version(b.version)]],
  "configurations.configuration_created": (b) => [["Version", version(b.version)]],
  "configurations.configuration_deployed": (b) => [["Version", version(b.version)], ["Before", version(b.previous_version)], ["Environment", typeof b.environment === "string" ? b.environment : null]],
  "configurations.configuration_rolled_back": (b) => [["Now", version(b.version)], ["Before", version(b.from_version)], ["Environment", typeof b.environment === "string" ? b.environment : null]],
  "conversations.conversation_started": (b) => [["Version", version(b.config_version)]],
  "conversations.answer_given": (b) => [
    ["Confidence", typeof b.confidence === "number" ? b.confidence.toFixed(2) : null, b.grounded === true ? "grounded" : "not grounded"], ["Sources", length(b.cited)],
    ["Took", typeof b.ms === "number" ? lasted(b.ms) : null, typeof b.provider_ms === "number" && b.provider_ms > 0 ? `${lasted(b.provider_ms)} of it at the provider` : undefined], ["Cost", typeof b.cost_usd === "number" && b.cost_usd > 0 ? `$ ${b.cost_usd.toFixed(4)}` : null],
  ],
  "conversations.conversation_ended": (b) => [["Messages", number(b.messages)]],
};

export function figuresOf(kind: string, body: Body): Figure[] {
  return (FIGURES[kind.replace(/\.\d+$/, "")]?.(body) ?? []).flatMap(([says, value, note]) => (value === null || value === "" ? [] : [{ says, value, note }])).slice(0, 4);
}
