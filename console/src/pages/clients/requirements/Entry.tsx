/** One item: its words and whose they are, how sure, from what; and the way to change it. */
import { Checkbox, Select, Textarea, TextInput } from "@mantine/core";
import { memo, useEffect, useRef, useState, type KeyboardEvent } from "react";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Chip, Confidence } from "@/kit/marks";
import { useInspect } from "@/kit/inspect/Inspector";
import { pieces, sectionOf, sure, UNSURE, type Clash, type Entry as Item, type Field, type Whose } from "./draft";

export interface Acts {
  change: (section: string, entry: Item) => void;
  move: (section: string, key: string, by: number) => void;
  remove: (section: string, key: string) => void;
  settle: (clash: Clash, take: "mine" | "theirs") => void;
}
interface Props {
  entry: Item; section: string; first: Item | undefined; whose: Whose; draft: boolean; barred: string | null; editing: boolean; clash?: Clash; other: string;
  client: string; job: string; ends: { top: boolean; bottom: boolean }; acts: Acts; onEdit: (key: string | null) => void;
}
const label = (field: Field, entry: Item) => field.options?.find((option) => option.value === entry[field.name])?.says ?? String(entry[field.name] ?? "");
const readable = (text: string) => text.replaceAll("_", " ");

function Entry({ entry, section, first, whose, draft, barred, editing, clash, other, client, job, ends, acts, onEdit }: Props) {
  const [open, setOpen] = useState(false);
  const inspect = useInspect();
  const { fields, single } = sectionOf(section);
  const confidence = sure(entry);
  const unsure = confidence !== null && confidence < UNSURE;
  const machine = draft && whose !== "person";
  const keys = (event: KeyboardEvent) => {
    if (!draft || barred || editing) return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown") && !single) { event.preventDefault(); acts.move(section, entry.key, event.key === "ArrowUp" ? -1 : 1); }
    else if (event.key === "Delete" && !single && event.target === event.currentTarget) { event.preventDefault(); acts.remove(section, entry.key); }
    else if (event.key === "Enter" && event.target === event.currentTarget) { event.preventDefault(); onEdit(entry.key); }
  };
  const named = fields.filter((field) => field.kind === "text" && entry[field.name]).map((field) => readable(label(field, entry)));
  const words = !machine || !first ? [{ text: entry.text, own: draft && whose === "person" }] : pieces(first.text, entry.text);
  return (
    <li className={`req ${draft ? whose : "plain"}`} data-entry={entry.key} tabIndex={0} onKeyDown={keys} aria-label={`${entry.text.slice(0, 80)}${draft ? whose === "machine" ? ", written by the machine" : whose === "edited" ? ", changed by a person" : ", written by a person" : ""}`}>
      <span className="glyph">{draft && (whose === "machine" ? <Icon name="ai" label="the machine's words" /> : whose === "edited" ? <Icon name="pen" label="changed by a person" /> : <Icon name="user" label="a person's words" />)}</span>
      {editing ? <Editor entry={entry} fields={fields} section={section} first={first} onDone={() => onEdit(null)} onChange={(next) => acts.change(section, next)} /> : (
        <div className="words" onClick={() => { if (draft && !barred && getSelection()?.isCollapsed !== false) onEdit(entry.key); }}>
          {named.length > 0 && <p className="row wrap small" style={{ gap: "2px 6px" }}>{named.map((name, at) => <span key={at} className={at ? "t2" : "b"}>{at > 0 && <span className="t3">· </span>}{name}</span>)}{entry.required === true && <Chip>needed</Chip>}</p>}
          <p className={machine ? "ait" : ""}>{words.map((piece, at) => piece.own ? <span key={at} className="edit">{piece.text}</span> : <span key={at}>{piece.text}</span>)}</p>
        </div>
      )}
      <span className="sure">
        {entry.sources.length > 0 && <button type="button" className="row" style={{ gap: 6, minHeight: 24 }} aria-expanded={open} onClick={() => setOpen(!open)}>
          {confidence !== null && <Confidence value={confidence} below={draft ? "below 0.70: look at it before you approve" : "below 0.70"} />}<span className="cap tn">{entry.sources.length} {entry.sources.length === 1 ? "source" : "sources"}</span>
        </button>}
        {entry.sources.length === 0 && draft && whose === "machine" && section !== "company" && section !== "open_questions" && <span className="cap">for any company</span>}
      </span>
      {draft && <span className="acts">
        <Button kind="quiet" size="s" icon={editing ? "check" : "pen"} label={editing ? "Done" : "Edit"} barred={barred} onClick={() => onEdit(editing ? null : entry.key)} />
        {!single && <>
          <Button kind="quiet" size="s" icon="up" label="Move up" disabled={ends.top} barred={barred} onClick={() => acts.move(section, entry.key, -1)} />
          <Button kind="quiet" size="s" icon="dn" label="Move down" disabled={ends.bottom} barred={barred} onClick={() => acts.move(section, entry.key, 1)} />
          <Button kind="quiet" size="s" icon="x" label="Take out" barred={barred} onClick={() => acts.remove(section, entry.key)} />
        </>}
      </span>}
      {clash && (
        <div className="clash" role="group" aria-label="Two people changed this">
          <p className="row b"><Icon name="swap" size="m" />{clash.mine === null ? `You took this out; ${other} changed it` : clash.theirs === null ? `${other} took this out; you changed it` : `You and ${other} both changed this`}</p>
          <p><span className="cap">Yours </span>{clash.mine ? clash.mine.text : <i>taken out</i>}</p>
          <p><span className="cap">Theirs </span>{clash.theirs ? pieces(clash.mine?.text ?? clash.theirs.text, clash.theirs.text).map((piece, at) => piece.own ? <mark key={at}>{piece.text}</mark> : <span key={at}>{piece.text}</span>) : <i>taken out</i>}</p>
          <p className="row"><Button size="s" onClick={() => acts.settle(clash, "mine")}>Keep yours</Button><Button size="s" onClick={() => acts.settle(clash, "theirs")}>Take theirs</Button></p>
        </div>
      )}
      {open && (
        <ul className="sources" aria-label="Sources">
          {entry.sources.map((source) => (
            <li key={source.claim_id}>
              <button type="button" className="from" onClick={() => inspect("claim", client, source.claim_id, job)}>
                <span className="quote">{source.quote || source.value}</span>
                <span className="cap row"><Icon name={source.inferred ? "ai" : "link"} size="s" /><span className="el">{source.inferred ? `concluded${source.basis ? `: ${source.basis}` : ""}` : source.url.replace(/^https?:\/\//, "")}</span><span className="sp" /><Confidence value={source.confidence} below="" /></span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {unsure && draft && whose === "machine" && <span className="hidden">Not sure: look at it before you approve.</span>}
    </li>
  );
}
export default memo(Entry);

function Editor({ entry, fields, section, first, onChange, onDone }: { entry: Item; fields: Field[]; section: string; first?: Item; onChange: (entry: Item) => void; onDone: () => void }) {
  const before = useRef(entry);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => { const field = area.current; field?.focus(); field?.setSelectionRange(field.value.length, field.value.length); }, []);
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); onChange(before.current); onDone(); }
    else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing && (event.target as HTMLElement).tagName !== "BUTTON" && (event.target as HTMLElement).getAttribute("aria-haspopup") !== "listbox") { event.preventDefault(); onDone(); }
  };
  return (
    <div className="words col" onKeyDown={keys} style={{ gap: 6 }}>
      {fields.length > 0 && <div className="row wrap">{fields.map((field) => field.kind === "flag"
        ? <Checkbox key={field.name} label={field.says} checked={Boolean(entry[field.name])} onChange={(event) => onChange({ ...entry, [field.name]: event.currentTarget.checked })} />
        : field.options
          ? <Select key={field.name} size="xs" aria-label={field.says} data={field.options.map(({ value, says }) => ({ value, label: says }))} value={String(entry[field.name] ?? "")} allowDeselect={false} onChange={(value) => onChange({ ...entry, [field.name]: value })} />
          : <TextInput key={field.name} size="xs" aria-label={field.says} placeholder={field.says} maxLength={200} value={String(entry[field.name] ?? "")} onChange={(event) => onChange({ ...entry, [field.name]: event.currentTarget.value || (field.optional ? null : "") })} />)}</div>}
      <Textarea ref={area} autosize minRows={1} maxRows={14} maxLength={20_000} aria-label={`Text of this ${sectionOf(section).single ? "part" : "item"}`} value={entry.text} onChange={(event) => onChange({ ...entry, text: event.currentTarget.value })} />
      <p className="cap">Enter keeps it, Escape takes your change back.{first && first.text !== entry.text && <> The machine wrote: <span className="ait" style={{ color: "var(--ai)" }}>{first.text}</span> <button type="button" className="acc" onClick={() => onChange({ ...entry, text: first.text })}>Put it back</button></>}</p>
    </div>
  );
}
