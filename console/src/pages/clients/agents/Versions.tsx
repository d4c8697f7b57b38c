/** The versions of one configuration, newest first: what, who, when, and where it is deployed. */
import { Icon } from "@/kit/Icon";
import { Chip } from "@/kit/marks";
import { Rows } from "@/kit/Rows";
import { Time } from "@/kit/time";
import { capital } from "@/frame/people";
import type { Version } from "./data";
import type { Written } from "./useWriting";

interface Props { versions: Version[]; chosen: number | "written"; written: Written | null; names: (id: string | null, otherwise?: string) => string; more: { has: boolean; busy: boolean; read: () => void }; onChoose: (version: number | "written") => void }

export const author = (version: { created_by: string | null; answered_by: string }, names: Props["names"]) => (version.created_by ? capital(names(version.created_by)) : version.answered_by === "rules" ? "Rules" : version.answered_by);

export function Versions({ versions, chosen, written, names, more, onChoose }: Props) {
  const place = versions.findIndex(({ version }) => version === chosen);
  return (
    <nav className="pane left versions" aria-label="Versions" data-covered="true">
      <div className="hd"><h2>Versions</h2><span className="cap tn">{versions[0]?.version ?? 0}</span></div>
      {written && (
        <button type="button" className="item" aria-current={chosen === "written"} onClick={() => onChoose("written")}>
          <span className="bead hollow" aria-hidden="true" /><span className="sp" style={{ minWidth: 0 }}><span className="el" style={{ display: "block" }}>{written.message || "Not saved yet"}</span><span className="cap">yours, on version {written.based_on}</span></span><Chip tone="acc" icon="pen">unsaved</Chip>
        </button>
      )}
      <Rows items={versions} keyOf={({ version }) => String(version)} label="Versions" height={55} current={place < 0 ? undefined : place} more={more} row={(version) => (
        <button type="button" className="item" aria-current={version.version === chosen} onClick={() => onChoose(version.version)}>
          <span className={`bead ${version.deployed_in.includes("production") ? "live" : ""}`} aria-hidden="true" />
          <span className="sp" style={{ minWidth: 0 }}>
            <span className={`el ${version.created_by ? "" : "ait"}`} style={{ display: "block" }}>{version.message}</span>
            <span className="row cap" style={{ gap: 6 }}><b className="tn" style={{ color: "var(--text)" }}>v{version.version}</b>{!version.created_by && <Icon name="ai" size="s" />}<span className="el">{author(version, names)}</span><Time at={version.created_at} /><span className="sp" />{version.deployed_in.map((environment) => <span key={environment} className={`b ${environment === "production" ? "good" : "acc"}`}>{environment}</span>)}</span>
          </span>
        </button>
      )} />
    </nav>
  );
}
