/** A new version in the making: its text or its form, what the server says of it, and saving it with a message. */
import { TextInput } from "@mantine/core";
import { lazy, Suspense, useRef } from "react";
import { useKeys } from "@/frame/keys";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Chip } from "@/kit/marks";
import { Loading } from "@/kit/states";
import type { Handle } from "./Code";
import { useText, type Version } from "./data";
import { Form } from "./Form";
import type { Writing as Making } from "./useWriting";

const Code = lazy(() => import("./Code"));
interface Props { client: string; config: string; newest: Version; making: Making; view: "yaml" | "form"; barred: string | null; who: string; onView: (view: "yaml" | "form") => void; onSaved: (version: number) => void }

export function Writing({ client, config, newest, making, view, barred, who, onView, onSaved }: Props) {
  const code = useRef<Handle>(null);
  const { written, faults, verdict } = making;
  const theirs = useText(client, config, making.behind ? newest.version : null);
  const reason = barred ?? (making.behind ? "Join it with the newer version first." : faults.length ? "Correct what is named below first." : !written?.message.trim() ? "Say in a few words what changes." : making.checking ? "It is being checked." : null);
  const message = useRef<HTMLInputElement>(null);
  const save = async () => {
    if (!written?.message.trim()) { message.current?.focus(); return; }
    if (reason) return;
    const made = await making.save();
    if (made) onSaved(made.version);
  };
  useKeys([{ keys: "Ctrl s", says: "Save as a version", run: () => void save() }]);
  if (!written) return null;
  const blockers = verdict?.blockers ?? [], missing = verdict?.missing ?? [];
  return (
    <>
      <div className="hd wrap" style={{ padding: "6px 12px" }}>
        <TextInput ref={message} size="xs" style={{ flex: "1 1 200px" }} aria-label="What changes" placeholder="What changes, in a few words" maxLength={500} value={written.message} onChange={(event) => making.name(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); void save(); } }} />
        <Button kind="quiet" onClick={making.discard}>Discard</Button>
        <Button kind="primary" icon="check" keys={["Ctrl", "S"]} busy={making.saving} barred={reason} onClick={() => void save()}>Save as version {newest.version + 1}</Button>
      </div>
      {making.behind && (
        <div className="met" role="alert">
          <Icon name="swap" /><span style={{ flex: "1 1 300px" }}><b>{who} saved version {newest.version}</b>, “{newest.message}”, while you were writing on version {written.based_on}. Nothing of yours is lost. {view === "yaml" ? "Where they differ, take theirs or keep yours; then go on with both." : <button type="button" className="acc" onClick={() => onView("yaml")}>See both texts</button>}</span>
          <Button kind="primary" onClick={() => making.onTop(newest.version)}>Go on, on version {newest.version}</Button>
        </div>
      )}
      {view === "form" ? <Form text={written.text} fixed={barred !== null} faults={faults} onChange={making.write} onText={() => onView("yaml")} /> : making.behind && theirs.data === undefined ? <Loading what="the newer version" rows={8} height={20} /> : (
        <Suspense fallback={<Loading what="the editor" rows={10} height={20} />}><Code key={making.behind ? `behind ${newest.version}` : "free"} handle={code} text={written.text} label="Text of the new version" marks={making.marks} onChange={making.write} {...(making.behind ? { before: theirs.data, choose: true } : {})} /></Suspense>
      )}
      <div className="faults" role="status" aria-label="What the server says of it">
        {faults.length === 0 && <p className="row small" style={{ padding: "6px 12px" }}>{making.checking ? <Chip icon="clock">checking</Chip> : blockers.length ? <Chip tone="warn" icon="alert">can be saved, not deployed</Chip> : <Chip tone="good" icon="ok">valid</Chip>}{missing.length > 0 && <span className="cap el">does without: {missing.map(({ reason }) => reason.replace(/ is still missing$/, "").replace(/^the /, "")).join(", ")}</span>}</p>}
        {faults.map((fault, at) => <button key={`${fault.path}${at}`} type="button" onClick={() => { onView("yaml"); requestAnimationFrame(() => code.current?.go(making.marks[at]?.from ?? 0)); }}><span className="bad"><Icon name="alert" size="m" /></span><span><span className="mono small b">{fault.path}</span> {fault.reason}</span></button>)}
        {faults.length === 0 && blockers.map((fault) => <button key={fault.path} type="button" onClick={() => { onView("yaml"); requestAnimationFrame(() => code.current?.go(making.marks.find(({ says }) => says.includes(fault.reason))?.from ?? 0)); }}><span className="warn"><Icon name="alert" size="m" /></span><span><span className="mono small b">{fault.path}</span> {fault.reason}</span></button>)}
      </div>
    </>
  );
}
