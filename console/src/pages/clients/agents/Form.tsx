/** The fields that people change most, read from the text and written back into it; the rest of the text stays as it is. */
import { NumberInput, Select, Switch, TagsInput, Textarea } from "@mantine/core";
import { useMemo } from "react";
import { parseDocument, type Document } from "yaml";
import { Button } from "@/kit/Button";
import { Empty } from "@/kit/states";
import type { Fault } from "./data";

const BUILT_IN = [["search_knowledge", "Answer from documents"], ["capture_contact", "Ask for contact details"], ["hand_over", "Hand over to a person"]] as const;
const TONES = [{ value: "friendly_professional", label: "friendly and plain" }, { value: "empathetic_professional", label: "warm and careful" }, { value: "formal_professional", label: "precise and formal" }];
const TIERS = ["cheap", "balanced", "premium"];
const AWAY = [{ value: "queue_callback", label: "arrange a call back" }, { value: "take_message", label: "take a message" }, { value: "show_contact", label: "show how to reach the company" }];

/** As the server writes them: long texts in blocks, nothing folded. */
export const text = (document: Document) => document.toString({ lineWidth: 0, indentSeq: true });
const isTool = (name: string) => (tool: unknown) => (tool as { tool_name?: string }).tool_name === name;

interface Props { text: string; fixed: boolean; faults: Fault[]; onChange: (text: string) => void; onText: () => void }

export function Form({ text: written, fixed, faults, onChange, onText }: Props) {
  const document = useMemo(() => parseDocument(written), [written]);
  if (document.errors.length > 0) return <div className="pad"><Empty icon="alert" title="The YAML cannot be read, so the form cannot either." action={<Button onClick={onText}>Go to the YAML</Button>}>{document.errors[0]!.message.split("\n")[0]}</Empty></div>;
  const said = document.toJS() as Record<string, any>;
  const get = <T,>(path: (string | number)[], otherwise: T): T => (document.getIn(path) === undefined ? otherwise : path.reduce<any>((value, step) => value?.[step], said)) as T;
  const set = (path: (string | number)[], value: unknown) => {
    const next = parseDocument(written);
    if (value === undefined || value === null) next.deleteIn(path); else next.setIn(path, typeof value === "object" ? next.createNode(value) : value);
    onChange(text(next));
  };
  const fault = (path: string) => faults.find((found) => found.path === path || found.path.startsWith(`${path}[`))?.reason;
  const common = { readOnly: fixed, disabled: fixed };
  const tools = get<{ tool_name: string; status: string }[]>(["tools_available"], BUILT_IN.map(([tool_name]) => ({ tool_name, status: "implemented" })));
  const wanted = tools.filter((tool) => tool.status === "missing");
  const away = get<string | undefined>(["workflow_features", "human_escalation", "unavailable_action"], undefined);
  return (
    <div className="scroll form">
      <fieldset><legend>What it says</legend>
        <Textarea label="Greeting" autosize minRows={2} {...common} error={fault("greeting")} value={get(["greeting"], "")} onChange={(event) => set(["greeting"], event.currentTarget.value || undefined)} />
        <TagsInput label="Suggested questions" description="Up to eight; Enter adds one" maxTags={8} {...common} error={fault("suggested_questions")} value={get(["suggested_questions"], [])} onChange={(value) => set(["suggested_questions"], value)} splitChars={[]} />
        <Select label="Tone" data={TONES.some(({ value }) => value === get(["system_prompt", "tone"], "")) ? TONES : [...TONES, { value: get(["system_prompt", "tone"], "friendly_professional"), label: get(["system_prompt", "tone"], "friendly_professional") }]} allowDeselect={false} {...common} value={get(["system_prompt", "tone"], "friendly_professional")} onChange={(value) => set(["system_prompt", "tone"], value)} />
        <TagsInput label="Languages" description="Tags such as en or de-CH; the first is spoken unless the customer uses another" {...common} error={fault("config_metadata.languages")} value={get(["config_metadata", "languages"], [])} onChange={(value) => set(["config_metadata", "languages"], value)} />
      </fieldset>
      <fieldset><legend>How it works</legend>
        <Textarea label="Instructions" autosize minRows={6} maxRows={24} {...common} error={fault("system_prompt.instructions")} value={get(["system_prompt", "instructions"], "")} onChange={(event) => set(["system_prompt", "instructions"], event.currentTarget.value)} />
        <Textarea label="Rules it never breaks" description="One a line" autosize minRows={3} maxRows={16} {...common} error={fault("system_prompt.constraints")} value={get<string[]>(["system_prompt", "constraints"], []).join("\n")} onChange={(event) => set(["system_prompt", "constraints"], event.currentTarget.value.split("\n").filter((line, at, all) => line.trim() || at === all.length - 1).filter((line, at, all) => line || at < all.length - 1))} />
      </fieldset>
      <fieldset><legend>What it may do</legend>
        {BUILT_IN.map(([name, says]) => <Switch key={name} label={says} disabled={fixed} checked={tools.some((tool) => isTool(name)(tool) && tool.status === "implemented")} onChange={(event) => set(["tools_available"], event.currentTarget.checked ? [...tools, { tool_name: name, status: "implemented" }] : tools.filter((tool) => !isTool(name)(tool)))} />)}
        {wanted.length > 0 && <p className="cap">Not built yet, so it does without: {wanted.map((tool) => tool.tool_name.replaceAll("_", " ")).join(", ")}.</p>}
        <Switch label="Hand over when a rule says so" disabled={fixed} checked={get(["workflow_features", "human_escalation", "enabled"], false)} onChange={(event) => set(["workflow_features", "human_escalation", "enabled"], event.currentTarget.checked)} />
        <Select label="When nobody is there" clearable data={AWAY} {...common} value={away ?? null} onChange={(value) => set(["workflow_features", "human_escalation", "unavailable_action"], value ?? undefined)} />
        <TagsInput label="Details it asks for" description="Names of fields, such as email or preferred_time" {...common} error={fault("workflow_features.pii_collection.fields")} value={get(["workflow_features", "pii_collection", "fields"], [])} onChange={(value) => set(["workflow_features", "pii_collection"], { enabled: value.length > 0, fields: value })} />
      </fieldset>
      <fieldset><legend>What it runs on</legend>
        <Select label="Model" description="A tier; Develop says which model it is" data={TIERS.includes(get(["llm_config", "model"], "")) ? TIERS : [...TIERS, get(["llm_config", "model"], "balanced")]} allowDeselect={false} {...common} error={fault("llm_config.model")} value={get(["llm_config", "model"], "balanced")} onChange={(value) => set(["llm_config", "model"], value)} />
        <NumberInput label="Temperature" min={0} max={2} step={0.1} decimalScale={2} {...common} error={fault("llm_config.parameters.temperature")} value={get(["llm_config", "parameters", "temperature"], 0.3)} onChange={(value) => typeof value === "number" && set(["llm_config", "parameters", "temperature"], value)} />
      </fieldset>
    </div>
  );
}
