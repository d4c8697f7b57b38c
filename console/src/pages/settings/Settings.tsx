/** People and roles, how the console looks, and one's own sign-in. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { useCrumbs } from "@/frame/crumbs";
import { Segments } from "@/kit/Button";
import { Appearance } from "./Appearance";
import { People } from "./People";
import { You } from "./You";

const TABS = { people: "People and roles", appearance: "Appearance", you: "Your sign-in" } as const;
type Tab = keyof typeof TABS;

export default function Settings() {
  const navigate = useNavigate();
  const params = useParams({ strict: false }) as { tab?: string };
  const tab: Tab = params.tab && params.tab in TABS ? (params.tab as Tab) : "people";
  useCrumbs(TABS[tab], [{ says: "Settings", to: "/settings" }, { says: TABS[tab] }]);
  return (
    <div className="page">
      <h1 className="hidden">Settings: {TABS[tab]}</h1>
      <div className="row"><Segments label="Settings" value={tab} options={Object.entries(TABS).map(([value, label]) => ({ value: value as Tab, label }))} onChange={(to) => void navigate({ to: `/settings/${to}` })} /></div>
      {tab === "people" ? <People /> : tab === "appearance" ? <Appearance /> : <You />}
    </div>
  );
}
