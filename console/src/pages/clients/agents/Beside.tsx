/** Beside a version: trying it at once, and where it comes from and leads to. */
import { Link } from "@tanstack/react-router";
import { Chat } from "@/kit/Chat";
import { Chip, Lineage } from "@/kit/marks";
import { Time } from "@/kit/time";
import { useCounts, type Whole } from "./data";
import { author } from "./Versions";

interface Props { client: string; name: string; version: Whole | undefined; unsaved: boolean; barred: string | null; names: (id: string | null, otherwise?: string) => string }
interface Said { greeting?: string; suggested_questions?: string[] }

export function Trying({ client, name, version, unsaved, barred }: Props) {
  if (!version) return null;
  const said = version.body as Said;
  return (
    <Chat key={`${version.config_id} ${version.version}`} client={client} channel="test" config={version.config_id} version={version.version} name={name} barred={barred}
      about={`version ${version.version}${version.deployed_in.length ? `, in ${version.deployed_in.join(" and ")}` : ", not deployed"}; nobody else sees this`}
      hint={<>{unsaved && <>What you write now is tried once it is saved as a version.<br /></>}It begins: “{said.greeting ?? "…"}”</>} suggestions={said.suggested_questions ?? []} placeholder={`Ask version ${version.version}`} />
  );
}

export function Origin({ client, version, names }: Omit<Props, "barred" | "unsaved" | "name">) {
  const count = useCounts(client, version?.config_id ?? "");
  if (!version) return null;
  const counted = count(version.version);
  return (
    <div className="scroll">
      <ol className="steps-of" aria-label="Lineage">
        <li><div><b>Requirements</b><p className="t2">{version.requirements_id ? <Link to={`/clients/${client}/requirements`} search={{ document: version.requirements_id } as never}>{version.created_by ? "The approved requirements it began with" : "Generated from approved requirements"}</Link> : "Made by a person, without requirements."}</p></div></li>
        <li className="here"><div><b>Version {version.version}</b><p>{version.message}</p><p className="cap">{author(version, names)}, <Time at={version.created_at} /></p><p className="cap mono" style={{ overflowWrap: "anywhere" }} title={`SHA-256 of what it says: ${version.body_hash}`}>{version.body_hash.slice(0, 12)}</p>{version.deployed_in.map((environment) => <Chip key={environment} tone="good" icon="play">{environment}</Chip>)}</div></li>
        <li><div><b>Conversations</b><p className="t2 tn">{counted ? counted.conversations === 0 ? "None took this version." : `${counted.conversations.toLocaleString()} took it, ${counted.running.toLocaleString()} still run on it.` : "…"}</p>{Boolean(counted?.conversations) && <p><Link to="/inbox" search={{ client } as never}>To the inbox</Link></p>}</div></li>
      </ol>
      {version.lineage_id && <p style={{ padding: "8px 16px" }}><Lineage at={4} id={version.lineage_id} /></p>}
      {version.missing.length > 0 && <section style={{ padding: "8px 16px" }}><h3>It does without</h3><ul className="col" style={{ gap: 4, marginTop: 4 }}>{version.missing.map((fault) => <li key={fault.path} className="small"><span className="t2">{fault.reason}</span> <span className="cap mono">{fault.path}</span></li>)}</ul></section>}
    </div>
  );
}
