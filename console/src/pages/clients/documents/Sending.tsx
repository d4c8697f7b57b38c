/** What became of each file that was sent. */
import { useState } from "react";
import { Button, Pill } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { Rows } from "@/kit/Rows";
import { plural } from "../fields";
import { clear, useSent, type Sent, type State } from "./queue";

const SHOWN: Record<State, { icon: IconName; says: string; tone: string }> = {
  waiting: { icon: "clock", says: "waits", tone: "t3" }, sending: { icon: "up", says: "being sent", tone: "acc" }, reading: { icon: "eye", says: "being read", tone: "acc" },
  done: { icon: "ok", says: "can be quoted", tone: "good" }, refused: { icon: "stop", says: "not taken in", tone: "bad" },
};
const bytes = (size: number) => (size < 1000 ? `${size} B` : size < 1e6 ? `${Math.round(size / 1000)} kB` : `${(size / 1e6).toFixed(1)} MB`);

export function Sending({ client }: { client: string }) {
  const sent = useSent(client);
  const [only, setOnly] = useState(false);
  if (sent.length === 0) return null;
  const count = (...states: State[]) => sent.filter(({ state }) => states.includes(state)).length;
  const done = count("done"), refused = count("refused"), going = sent.length - done - refused;
  const shown = only ? sent.filter(({ state }) => state === "refused") : sent;
  return (
    <section className="card" aria-label="Files sent" style={{ margin: "0 20px 12px", flex: "none" }}>
      <div className="hd">
        <Icon name={going ? "up" : refused ? "stop" : "ok"} /><h2>{going ? `${(done + refused).toLocaleString()} of ${plural(sent.length, "file")} done` : plural(sent.length, "file")}</h2>
        <span className="hidden" role="status">{going ? "" : `All files are through: ${done} can be quoted, ${refused} were not taken in.`}</span>
        <span className="small t2 tn">{done > 0 && `${done.toLocaleString()} can be quoted`}{done > 0 && refused > 0 && ", "}{refused > 0 && `${refused.toLocaleString()} not taken in`}</span>
        <span className="sp" />
        {refused > 0 && <Pill on={only} count={refused} onClick={() => setOnly(!only)}>Not taken in</Pill>}
        <Button size="s" kind="quiet" icon="x" label="Clear what is through" onClick={() => { setOnly(false); clear(client); }} />
      </div>
      {going > 0 && <span className="bar" style={{ display: "block", borderRadius: 0, height: 3 }} role="progressbar" aria-label="Files through" aria-valuemin={0} aria-valuemax={sent.length} aria-valuenow={done + refused}><i style={{ width: `${((done + refused) / sent.length) * 100}%` }} /></span>}
      <div style={{ height: Math.min(200, shown.length * 34), display: "flex" }}>
        <Rows items={shown} keyOf={(file) => String(file.id)} label="Files" plain height={34} row={(file) => <File file={file} />} />
      </div>
    </section>
  );
}

function File({ file }: { file: Sent }) {
  const { icon, says, tone } = SHOWN[file.state];
  return (
    <div className="row" style={{ minHeight: 34, padding: "4px 12px", borderBottom: "1px solid var(--line)" }}>
      <span className={tone} style={{ display: "inline-flex" }}><Icon name={icon} size="m" /></span>
      <span className="el" style={{ flex: "0 1 auto", fontWeight: 550 }} title={file.name}>{file.name}</span><span className="cap tn">{bytes(file.size)}</span>
      <span className="sp" />
      <span className={`small ${file.state === "refused" ? "" : "t2"}`} style={{ flex: "0 1 auto", textAlign: "right" }}>{file.reason ?? (file.state === "done" ? `${says}, ${plural(file.passages ?? 0, "passage")}` : says)}{file.reason && file.next && !file.reason.includes(file.next) && <span className="t2"> {file.next}</span>}</span>
    </div>
  );
}
