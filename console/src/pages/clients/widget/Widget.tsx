/** The chat for a client's own pages: how it looks and behaves, seen as visitors see it, and the line to paste. */
import { Link, useParams } from "@tanstack/react-router";
import { useRef, useState, type ReactNode } from "react";
import { useCrumbs } from "@/frame/crumbs";
import { useBarred } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Icon } from "@/kit/Icon";
import { useSide } from "@/kit/side";
import { Empty, Loading, Shown, Trouble } from "@/kit/states";
import { useConfigurations, type Configuration } from "../agents/data";
import { useClient } from "../data";
import { Head } from "../Head";
import { Keys, useWidgetKeys } from "./Keys";
import { begin, Preview } from "./Preview";
import { Settings } from "./Settings";
import { useLook } from "./useLook";
import "./widget.css";

export default function Widget() {
  const { client = "" } = useParams({ strict: false }) as { client?: string };
  const shown = useClient(client).data;
  const list = useConfigurations(client);
  useCrumbs(`Widget of ${shown?.name ?? "a client"}`, [{ says: "Clients", to: "/clients" }, { says: shown?.name ?? "…", to: `/clients/${client}` }, { says: "Widget" }]);
  const chatbots = (list.data?.items ?? []).filter(({ product_type }) => product_type === "chatbot");
  const at = ({ deployments }: Configuration) => deployments.find(({ environment }) => environment === "production")?.deployed_at ?? "";
  const [chosen] = [...chatbots].sort((one, other) => at(other).localeCompare(at(one))); // visitors meet the one that was deployed last
  return (
    <div className="middle">
      <Head client={client} />
      <Shown query={list} what="the chat" empty={() => !chosen && <None client={client} />}>{() => chosen && <One key={chosen.config_id} client={client} configuration={chosen} />}</Shown>
    </div>
  );
}

function None({ client }: { client: string }) {
  return (
    <Empty icon="chat" title="There is no agent to chat with yet." action={<Link className="btn p" to="/clients/$client/requirements" params={{ client }}><Icon name="list" />Go to the requirements</Link>}>
      Once the requirements are approved, an agent is built from them. Its chat then stands here: as your visitors see it, with its colours, its greeting and its hours to change, and one line of HTML to paste into your pages.
    </Empty>
  );
}

function One({ client, configuration }: { client: string; configuration: Configuration }) {
  const writes = useBarred("configurations:write", client), deploys = useBarred("configurations:deploy", client), keyed = useBarred("keys:write", client);
  const keys = useWidgetKeys(client, keyed === null);
  const [picked, setPicked] = useState("");
  const chosen = keys.usable.find(({ id }) => id === picked) ?? keys.usable[0];
  const publicKey = chosen?.public_key ?? undefined;
  const [turn, setTurn] = useState(0);
  const looking = useLook(client, configuration, () => { if (publicKey) begin(publicKey); setTurn((now) => now + 1); });
  const side = useSide();
  const seen = useRef(looking.live?.version);
  if (!looking.busy) seen.current = looking.live?.version; // what is only hoped for cannot be seen yet
  const instead: ReactNode = keyed ? <Empty icon="lock" title="The preview needs a public key, and keys are not yours to see.">{keyed}</Empty>
    : keys.keys.error && !keys.keys.data ? <Trouble error={keys.keys.error} onRetry={() => keys.keys.refetch()} />
      : !keys.keys.data ? <Loading what="the preview" rows={3} height={80} />
        : !publicKey ? <Empty icon="plug" title="The chat opens with a public key.">Make one at the right: “New key”. The chat then stands here as your visitors see it.</Empty>
          : seen.current === undefined ? <Empty icon="pause" title="Nobody answers yet." action={<Link className="btn" to="/clients/$client/agents" params={{ client }}><Icon name="agents" />Try version {looking.base} first</Link>}>The agent is built and not deployed. Change a setting and save, or deploy it under Agents: its chat then stands here.</Empty> : null;
  return (
    <div className="widget">
      {looking.query.data === undefined ? <div className="looks"><Shown query={looking.query} what="the settings">{() => null}</Shown></div> : <Settings client={client} config={configuration.config_id} looking={looking} barred={writes ?? deploys} />}
      <Preview client={client} publicKey={publicKey} version={seen.current} theme={looking.differs.includes("theme") ? "auto" : looking.look?.theme ?? "auto"} turn={turn} instead={instead} onAgain={() => setTurn((now) => now + 1)}>
        {!side.wide && <span className="folds"><Button kind="quiet" icon="cols" label="Keys, and the line to paste" aria-expanded={!side.folded} onClick={side.toggle} /></span>}
      </Preview>
      <aside className="pane right" {...side.props} aria-label="On your pages">
        {!side.wide && <div className="hd"><h2>On your pages</h2><span className="sp" /><Button kind="quiet" size="s" icon="x" label="Fold" className="folds" onClick={side.toggle} /></div>}
        <Keys client={client} list={keys} chosen={chosen} barred={keyed} onChoose={setPicked} />
      </aside>
    </div>
  );
}
