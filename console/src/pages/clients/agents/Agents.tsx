/** The versions of a client's agent: what changed, changing it, trying it, deploying it and rolling it back. */
import { Select } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useCrumbs } from "@/frame/crumbs";
import { useKeys } from "@/frame/keys";
import { useBarred } from "@/frame/me";
import { capital, useNames } from "@/frame/people";
import { Button, Segments } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { useSide } from "@/kit/side";
import { Empty, Loading, Shown } from "@/kit/states";
import { useClient } from "../data";
import { Head } from "../Head";
import { Origin, Trying } from "./Beside";
import { Changes } from "./Changes";
import { useConfigurations, useGenerations, useText, useVersion, useVersions, type Configuration } from "./data";
import { Deployed } from "./Deployed";
import { Form } from "./Form";
import { useWriting } from "./useWriting";
import { author, Versions } from "./Versions";
import { Writing } from "./Writing";
import "../requirements/requirements.css";
import "./agents.css";

const Code = lazy(() => import("./Code"));
type View = "changes" | "yaml" | "form";
interface Search { config?: string; version?: number; against?: number; view?: View }

export default function Agents() {
  const { client = "" } = useParams({ strict: false }) as { client?: string };
  const { config } = useSearch({ strict: false }) as Search;
  const shown = useClient(client).data;
  const list = useConfigurations(client);
  useCrumbs(`Agents of ${shown?.name ?? "a client"}`, [{ says: "Clients", to: "/clients" }, { says: shown?.name ?? "…", to: `/clients/${client}` }, { says: "Agents" }]);
  const items = list.data?.items ?? [];
  const chosen = items.find(({ config_id }) => config_id === config) ?? items.find(({ deployed }) => "production" in deployed) ?? items[0];
  return (
    <div className="middle">
      <Head client={client} />
      <Shown query={list} what="the agents" empty={({ items }) => items.length === 0 && <None client={client} />}>
        {() => chosen && <One key={chosen.config_id} client={client} configuration={chosen} items={items} name={shown?.name ?? "the agent"} />}
      </Shown>
    </div>
  );
}

function None({ client }: { client: string }) {
  const [last] = useGenerations(client).data?.items ?? [];
  const requirements = <Link className="btn p" to={`/clients/${client}/requirements`}><Icon name="list" />Go to the requirements</Link>;
  if (last?.status === "waiting") return <div className="empty" role="status"><div className="row b"><Icon name="branch" />The first version is being generated</div><p>From version {last.requirements_version} of the approved requirements. It appears here by itself.</p></div>;
  if (last?.status === "failed") return <Empty icon="alert" title="No version could be generated." action={requirements}>{last.reason} {last.next}</Empty>;
  return <Empty icon="agents" title="There is no agent yet." action={requirements}>Once the requirements are approved, the first version of the agent is generated from them and stands here: to read, to try, to change and to deploy.</Empty>;
}

function One({ client, configuration, items, name }: { client: string; configuration: Configuration; items: Configuration[]; name: string }) {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const config = configuration.config_id, newest = configuration.newest_version;
  const listed = useVersions(client, config);
  const versions = useMemo(() => listed.data?.pages.flatMap(({ items }) => items) ?? [], [listed.data]);
  const names = useNames(client);
  const making = useWriting(client, config, newest);
  const barred = useBarred("configurations:write", client), silent = useBarred("conversations:write", client);
  const [mine, setMine] = useState(making.written !== null && search.version === undefined);
  const [panel, setPanel] = useState<"try" | "lineage">("try");
  const side = useSide();
  const beside = useRef<HTMLElement>(null);
  const writing = mine && making.written !== null;
  const number = Math.min(Number(search.version) || newest, newest);
  const version = useVersion(client, config, number);
  const listedVersion = versions.find(({ version }) => version === number);
  const whole = version.data && { ...version.data, deployed_in: Object.entries(configuration.deployed).filter(([, deployed]) => deployed === number).map(([environment]) => environment) };
  const body = useText(client, config, number);
  const against = Number(search.against) || number - 1;
  const view: View = search.view ?? (number > 1 && !writing ? "changes" : "yaml");
  const put = (change: Search) => void navigate({ to: ".", search: (now: Record<string, unknown>) => ({ ...now, ...change }), replace: true } as never);
  const choose = (which: number | "written") => { if (which === "written") { setMine(true); return; } setMine(false); put({ version: which, against: undefined }); };
  const edit = () => {
    if (barred || body.data === undefined) return;
    if (!making.written) making.begin(newest, body.data);
    setMine(true);
    put({ view: view === "changes" ? "yaml" : view });
  };
  const tryIt = () => { setPanel("try"); if (side.folded) side.toggle(); requestAnimationFrame(() => beside.current?.querySelector("textarea")?.focus()); };
  useKeys([{ keys: "s", says: "try it", run: tryIt, shown: true }, { keys: "e", says: "Edit", run: edit }, { keys: "l", says: "Lineage", run: () => { setPanel("lineage"); if (side.folded) side.toggle(); } }]);
  const edge = versions[0] && { ...versions[0] };

  return (
    <div className="agents">
      <Versions versions={versions} chosen={writing ? "written" : number} written={making.written} names={names} more={{ has: listed.hasNextPage, busy: listed.isFetchingNextPage, read: () => void listed.fetchNextPage() }} onChoose={choose} />
      <section className="center" aria-label={writing ? "New version" : `Version ${number}`}>
        <div className="hd wrap">
          <h2>{writing ? "New version" : `Version ${number}`}</h2>
          {!writing && listedVersion && <span className="cap el" style={{ flex: "0 1 auto" }}>{author(listedVersion, names)}: {listedVersion.message}</span>}
          {writing && <span className="cap">on version {making.written!.based_on}, kept in this browser</span>}
          <span className="sp" />
          {items.length > 1 && <Select size="xs" w={150} aria-label="Configuration" allowDeselect={false} data={items.map((item, at) => ({ value: item.config_id, label: `${item.product_type} ${at + 1}${"production" in item.deployed ? ", live" : ""}` }))} value={config} onChange={(value) => value && void navigate({ to: ".", search: { config: value } } as never)} />}
          <Segments label="View" value={writing && view === "changes" ? "yaml" : view} options={[...(writing ? [] : [{ value: "changes" as const, label: "What changed" }]), { value: "yaml", label: "YAML" }, { value: "form", label: "Form" }]} onChange={(view) => put({ view })} />
          {!writing && <Button icon="pen" keys={["E"]} barred={barred} disabled={body.data === undefined} onClick={edit}>{making.written ? "Go on writing" : number === newest ? "Change it" : "Start from this one"}</Button>}
          {!side.wide && <Button kind="quiet" icon="cols" label="Try it, and lineage" aria-expanded={!side.folded} onClick={side.toggle} />}
        </div>
        {writing && edge ? <Writing client={client} config={config} newest={edge} making={making} view={view === "form" ? "form" : "yaml"} barred={barred} who={capital(names(edge.created_by, "the machine"))} onView={(view) => put({ view })} onSaved={(version) => { setMine(false); put({ version, against: undefined, view: "changes" }); }} />
          : view === "changes" ? number > 1 ? <Changes client={client} config={config} version={number} against={against === number ? number - 1 : against} versions={versions.map(({ version }) => version)} onAgainst={(against) => put({ against })} /> : <div className="pad"><Empty icon="branch" title="This is the first version.">There is nothing before it. Read it as YAML or as a form; what changes in later versions is shown here.</Empty></div>
            : <Shown query={body} what="the version" rows={12} height={20}>{(text) => view === "form" ? <Form text={text} fixed faults={[]} onChange={() => undefined} onText={() => put({ view: "yaml" })} /> : <Suspense fallback={<Loading what="the editor" rows={12} height={20} />}><Code key={number} fixed text={text} label={`Text of version ${number}`} /></Suspense>}</Shown>}
      </section>
      <aside ref={beside} className="pane right" style={{ overflow: "hidden", ...side.props.style }} data-folded={side.props["data-folded"]} aria-label="Try it, and lineage">
        <div className="hd"><Segments label="Beside the version" value={panel} options={[{ value: "try", label: "Try it" }, { value: "lineage", label: "Lineage" }]} onChange={setPanel} /><span className="sp" />{!side.wide && <Button kind="quiet" size="s" icon="x" label="Fold" onClick={side.toggle} />}</div>
        {panel === "try" ? <Trying client={client} name={name} version={whole} unsaved={writing} barred={silent} names={names} /> : <Origin client={client} version={whole} names={names} />}
      </aside>
      <Deployed client={client} configuration={configuration} version={writing ? undefined : whole} names={names} />
    </div>
  );
}
