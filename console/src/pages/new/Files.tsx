/** What became of each file, however many. */
import { useState } from "react";
import { Pill } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { Rows } from "@/kit/Rows";
import { plural } from "../clients/fields";
import type { Sending, Sent } from "./sending";

const SAYS: Record<Sent["state"], { icon: IconName; says: string; tone: string }> = {
  waits: { icon: "clock", says: "waits", tone: "t3" }, goes: { icon: "up", says: "being sent", tone: "acc" }, there: { icon: "ok", says: "there", tone: "good" }, refused: { icon: "stop", says: "refused", tone: "bad" }, failed: { icon: "alert", says: "did not arrive", tone: "warn" },
};

export function Files({ sending: { files, passed } }: { sending: Sending }) {
  const [only, setOnly] = useState(false);
  const wrong = files.filter((file) => file.state === "refused" || file.state === "failed").length + passed.length;
  const all = [...files, ...passed.map((one): Sent => ({ ...one, size: 0, state: "refused" }))];
  const shown = only ? all.filter((file) => file.state === "refused" || file.state === "failed") : all;
  const through = files.filter((file) => file.state !== "waits" && file.state !== "goes").length;
  return (
    <div className="card reads">
      <div className="hd"><h2 className="tn">{through.toLocaleString()} of {plural(files.length, "file")} through</h2><span className="hidden" role="status">{through === files.length ? `All files are through, ${wrong} not taken` : ""}</span><span className="sp" />{wrong > 0 && <Pill on={only} count={wrong} onClick={() => setOnly(!only)}>Not taken</Pill>}</div>
      <span className="bar" style={{ display: "block", borderRadius: 0, height: 3, flex: "none" }} role="progressbar" aria-label="Files through" aria-valuemin={0} aria-valuemax={files.length} aria-valuenow={through}><i style={{ width: `${(through / Math.max(1, files.length)) * 100}%` }} /></span>
      <Rows items={shown} keyOf={(file) => file.path} label="Files" plain height={34} row={(file) => {
        const { icon, says, tone } = SAYS[file.state];
        return <div className="file"><span className={tone}><Icon name={icon} size="m" /></span><span className="path" title={file.path}>{file.path}</span><span className="small why">{file.reason ? <>{file.reason} <span className="t2">{file.next}</span></> : <span className="t2">{says}</span>}</span></div>;
      }} />
    </div>
  );
}
