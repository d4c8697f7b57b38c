/** What differs between two versions: in the text, or as a list; N and P walk it. */
import { Select } from "@mantine/core";
import { lazy, Suspense, useRef, useState } from "react";
import { useKeys } from "@/frame/keys";
import { Segments } from "@/kit/Button";
import { Chip } from "@/kit/marks";
import { Empty, Loading, Shown } from "@/kit/states";
import { pieces } from "../requirements/draft";
import type { Handle } from "./Code";
import { useDifference, useText, type Change } from "./data";

const Code = lazy(() => import("./Code"));
const MARK: Record<Change["op"], { mark: string; says: string; tone: "good" | "bad" | "warn"; line: string }> = {
  add: { mark: "+", says: "added", tone: "good", line: "add" }, remove: { mark: "−", says: "removed", tone: "bad", line: "del" }, replace: { mark: "~", says: "changed", tone: "warn", line: "chg" },
};
const worded = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value, null, 1));

interface Props { client: string; config: string; version: number; against: number; versions: number[]; onAgainst: (version: number) => void }

export function Changes({ client, config, version, against, versions, onAgainst }: Props) {
  const [view, setView] = useState<"text" | "list">("text");
  const [at, setAt] = useState<{ at: number; of: number } | null>(null);
  const difference = useDifference(client, config, against, version);
  const before = useText(client, config, against), after = useText(client, config, version);
  const code = useRef<Handle>(null);
  const list = useRef<HTMLUListElement>(null);
  const step = (by: number) => {
    if (view === "text") { setAt(code.current?.step(by) ?? null); return; }
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-change]") ?? [])];
    const now = rows.findIndex((row) => row === document.activeElement), next = (now + by + (now < 0 && by < 0 ? 1 : 0) + rows.length) % rows.length;
    rows[next]?.focus();
    setAt({ at: next + 1, of: rows.length });
  };
  useKeys([{ keys: "n", says: "next change", run: () => step(1), shown: true }, { keys: "p", says: "previous", run: () => step(-1), shown: true }]);
  const count = (op: Change["op"]) => difference.data?.changes.filter((change) => change.op === op).length ?? 0;
  return (
    <>
      <div className="hd wrap">
        <label className="row small t2" style={{ whiteSpace: "nowrap", flex: "none" }}>compared with <Select size="xs" w={92} aria-label="Compared with" data={versions.filter((other) => other !== version).map((other) => ({ value: String(other), label: `v${other}` }))} value={String(against)} allowDeselect={false} searchable onChange={(value) => value && onAgainst(Number(value))} /></label>
        {(["remove", "add", "replace"] as const).map((op) => count(op) > 0 && <Chip key={op} tone={MARK[op].tone}><b aria-hidden="true">{MARK[op].mark}</b>{count(op)} {MARK[op].says}</Chip>)}
        <span className="cap tn" role="status">{at ? `change ${at.at} of ${at.of}` : ""}</span>
        <span className="sp" />
        <Segments label="How to show what differs" value={view} options={[{ value: "text", label: "YAML" }, { value: "list", label: "List" }]} onChange={(value) => { setView(value); setAt(null); }} />
      </div>
      <Shown query={difference} what="what differs" empty={({ changes }) => changes.length === 0 && <Empty icon="ok" title={`Versions ${against} and ${version} say the same.`} />}>
        {({ changes }) => view === "text" ? (
          <Shown query={before.data === undefined ? before : after} what="both texts" rows={10} height={20}>
            {() => before.data !== undefined && after.data !== undefined && <Suspense fallback={<Loading what="the editor" rows={10} height={20} />}><Code key={`${against} ${version}`} handle={code} fixed text={after.data} before={before.data} label={`Version ${version}, compared with version ${against}`} /></Suspense>}
          </Shown>
        ) : (
          <ul ref={list} className="scroll changes" aria-label={`Changes from version ${against} to ${version}`}>
            {changes.map((change, place) => {
              const { mark, says, line } = MARK[change.op];
              return (
                <li key={place} data-change tabIndex={0} className={`change ${line}`}>
                  <span className="mark" role="img" aria-label={says}>{mark}</span>
                  <div style={{ minWidth: 0 }}><p className="mono small b">{change.path}</p>
                    {change.op === "replace" && typeof change.before === "string" && typeof change.after === "string"
                      ? <p className="words">{pieces(change.after, change.before).filter((piece) => piece.own).length > 0 && <s className="t2">{pieces(change.after, change.before).filter((piece) => piece.own).map((piece) => piece.text.trim()).join(" … ")}</s>} {pieces(change.before, change.after).map((piece, at) => piece.own ? <mark key={at}>{piece.text}</mark> : <span key={at}>{piece.text}</span>)}</p>
                      : <>{change.op !== "add" && <p className="words"><s>{worded(change.before)}</s></p>}{change.op !== "remove" && <p className="words"><mark>{worded(change.after)}</mark></p>}</>}
                  </div>
                </li>
              );
            })}
          </ul>
        )}
      </Shown>
    </>
  );
}
