/** For developers: keys, the log of events with what could not be handled, and AI tasks with their scores. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useCrumbs } from "@/frame/crumbs";
import { useMe } from "@/frame/me";
import { Segments } from "@/kit/Button";
import { ClientSelect } from "@/kit/ClientSelect";
import { EventLog } from "./EventLog";
import { Keys } from "./Keys";
import { Parked } from "./Parked";
import { Tasks } from "./Tasks";

const TABS = { keys: "API keys", events: "Events", parked: "Parked events", tasks: "AI tasks" } as const;
type Tab = keyof typeof TABS;

export default function Develop() {
  const navigate = useNavigate();
  const params = useParams({ strict: false }) as { tab?: string };
  const tab: Tab = params.tab && params.tab in TABS ? (params.tab as Tab) : "keys";
  const me = useMe().data;
  const [chosen, setChosen] = useState("");
  const client = chosen || me?.home_organization_id || "";
  useCrumbs(TABS[tab], [{ says: "Develop", to: "/develop" }, { says: TABS[tab] }]);
  return (
    <div className="page">
      <h1 className="hidden">Develop: {TABS[tab]}</h1>
      <div className="row wrap">
        <Segments label="Develop" value={tab} options={Object.entries(TABS).map(([value, label]) => ({ value: value as Tab, label }))} onChange={(to) => void navigate({ to: `/develop/${to}` })} />
        <span className="sp" />
        {tab !== "tasks" && tab !== "parked" && <ClientSelect value={client} onChange={setChosen} />}
        <a className="btn g s" href="/docs" target="_blank" rel="noreferrer">API reference</a>
      </div>
      {client && (tab === "keys" ? <Keys client={client} /> : tab === "events" ? <EventLog key={client} client={client} /> : tab === "parked" ? <Parked /> : <Tasks />)}
    </div>
  );
}
