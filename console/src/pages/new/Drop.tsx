/** Files and folders dropped anywhere on the page, or picked; what can be read and, by name, what cannot. */
import { useRef, useState, type DragEvent, type ReactNode } from "react";
import { Button, Pill } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { Rows } from "@/kit/Rows";
import { plural } from "../clients/fields";
import { dropped, picked, READABLE, type Gathered, type Given } from "./files";

const hasFiles = (event: DragEvent) => Array.from(event.dataTransfer.types).includes("Files");

export function Drop({ onGiven, children }: { onGiven: (given: Given[]) => void; children: ReactNode }) {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  return (
    <div className="drop page" data-over={over}
      onDragEnter={(event) => { if (hasFiles(event)) { event.preventDefault(); depth.current++; setOver(true); } }}
      onDragOver={(event) => { if (hasFiles(event)) event.preventDefault(); }}
      onDragLeave={() => { depth.current = Math.max(0, depth.current - 1); if (!depth.current) setOver(false); }}
      onDrop={(event) => { if (!hasFiles(event)) return; event.preventDefault(); depth.current = 0; setOver(false); void dropped(event.dataTransfer).then(onGiven); }}>
      {children}
      {over && <div className="over" aria-hidden="true"><Icon name="down2" size="l" />Drop them anywhere</div>}
    </div>
  );
}

export function Gathering({ gathered: { given, passed }, onGiven, onClear }: { gathered: Gathered; onGiven: (given: Given[]) => void; onClear: () => void }) {
  const files = useRef<HTMLInputElement>(null), folder = useRef<HTMLInputElement>(null);
  const [only, setOnly] = useState(false);
  const lines = [...(only ? [] : given.map(({ path, file }) => ({ path, size: file.size, reason: "", next: "" }))), ...passed.map((one) => ({ ...one, size: -1 }))];
  const pick = (input: HTMLInputElement) => { if (input.files) onGiven(picked(input.files)); input.value = ""; };
  return (
    <div className="card gather">
      <input ref={files} type="file" multiple hidden aria-label="Files" accept={READABLE.join(",")} onChange={(event) => pick(event.currentTarget)} />
      <input ref={folder} type="file" multiple hidden aria-label="Folder" {...{ webkitdirectory: "" }} onChange={(event) => pick(event.currentTarget)} />
      <div className="row wrap pad" style={{ padding: 12 }}>
        <Icon name="down2" size="l" /><span className="t2 sp">Drop a folder or files anywhere on this page, or</span>
        <Button size="s" icon="file" onClick={() => files.current?.click()}>Choose files</Button><Button size="s" icon="box" onClick={() => folder.current?.click()}>Choose a folder</Button>
      </div>
      {given.length + passed.length === 0 ? <p className="cap" style={{ padding: "0 12px 12px" }}>PDF, Word, PowerPoint, Excel, CSV, web pages, Markdown and text; 1,000 files together at most.</p> : (
        <>
          <div className="row" style={{ padding: "6px 12px", borderTop: "1px solid var(--line)" }}>
            <span className="b small" role="status">{plural(given.length, "file")} can be read{passed.length > 0 && `, ${passed.length.toLocaleString()} cannot`}</span><span className="sp" />
            {passed.length > 0 && <Pill on={only} count={passed.length} onClick={() => setOnly(!only)}>Not read</Pill>}
            <Button size="s" kind="quiet" icon="x" onClick={onClear}>Clear</Button>
          </div>
          <div style={{ height: Math.min(220, lines.length * 34), display: "flex" }}>
            <Rows items={lines} keyOf={(line) => line.path} label="Files" plain height={34} row={(line) => <Line {...line} />} />
          </div>
        </>
      )}
    </div>
  );
}

const bytes = (size: number) => (size < 1000 ? `${size} B` : size < 1e6 ? `${Math.round(size / 1000)} kB` : `${(size / 1e6).toFixed(1)} MB`);

function Line({ path, size, reason, next }: { path: string; size: number; reason: string; next: string }) {
  return <div className="file"><span className={reason ? "warn" : "t3"}><Icon name={reason ? "alert" : "file"} size="m" /></span><span className="path" title={path}>{path}</span>{reason ? <span className="small why">{reason} <span className="t2">{next}</span></span> : <span className="cap tn">{bytes(size)}</span>}</div>;
}
