/** Rail, top bar, main and strip: what is around every page. */
import { Indicator, Menu, Popover, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { api, ask } from "@/api/client";
import { useStatus } from "@/api/live";
import { signOut } from "@/api/session";
import { Button, Keys } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { Avatar, Chip } from "@/kit/marks";
import { useHistory } from "@/kit/notice";
import { Time } from "@/kit/time";
import { useCalmly } from "@/pages/clients/calmly";
import { Crumbs } from "./crumbs";
import { Help } from "./Help";
import { useAllKeys, useKeys } from "./keys";
import { useMe } from "./me";
import { openPalette, Palette } from "./Palette";
import { usePreference } from "./preferences";

const Inspector = lazy(() => import("@/kit/inspect/Inspector"));

interface Place { to: string; icon: IconName; says: string; letter: string; desk?: boolean }
export const PLACES: Place[] = [
  { to: "/board", icon: "board", says: "Board", letter: "b" },
  { to: "/clients", icon: "clients", says: "Clients", letter: "c" },
  { to: "/inbox", icon: "inbox", says: "Inbox", letter: "i" },
];
export const TOOLS: Place[] = [
  { to: "/develop", icon: "plug", says: "Develop", letter: "d", desk: true },
  { to: "/settings", icon: "gear", says: "Settings", letter: "s", desk: true },
];

/** Conversations in which a visitor waits for a person. */
function useWaiting(): number {
  const waiting = useQuery({ queryKey: ["waiting"], queryFn: () => ask(() => api.GET("/api/v1/inbox/counts", {})).then((counts) => counts.waiting), retry: false });
  useCalmly(waiting.refetch);
  return waiting.data ?? 0;
}

function Rail() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const waiting = useWaiting();
  const link = ({ to, icon, says, desk }: Place) => (
    <Link key={to} to={to} className={`to ${desk ? "desk" : ""}`} aria-current={path === to || path.startsWith(`${to}/`) ? "page" : undefined}>
      <Icon name={icon} size="l" />{says}
      {to === "/inbox" && waiting > 0 && <span className="ct" aria-label={`${waiting} waiting`}>{waiting > 99 ? "99+" : waiting}</span>}
    </Link>
  );
  return <nav className="rail" aria-label="Main"><Link to="/welcome" className="logo" aria-label="Welcome"><Icon name="mark" /></Link>{PLACES.map(link)}<span className="sp" />{TOOLS.map(link)}</nav>;
}

export function useEngine() {
  return useQuery({ queryKey: ["engine"], queryFn: () => ask(() => api.GET("/api/v1/engine", {})), staleTime: 60_000 });
}

function Engine() {
  const engine = useEngine().data;
  const [shown, setShown] = usePreference("offline");
  if (!engine) return null;
  if (engine.mode === "model") return <Chip icon="ok" title={engine.providers.join(", ")}>{engine.providers.length === 1 ? engine.providers[0] : `${engine.providers.length} models up`}</Chip>;
  return shown === "shown" ? null : <button type="button" className="chip warn" style={{ minHeight: 24 }} onClick={() => setShown("shown")}><Icon name="plug" />Offline engine</button>;
}

function OfflineBanner() {
  const engine = useEngine().data;
  const [shown, setShown] = usePreference("offline");
  if (engine?.mode !== "rules" || shown !== "shown") return null;
  return (
    <section className="banner" aria-label="Offline engine">
      <Icon name="plug" /><span><b>Offline engine.</b> No model is configured. Agents answer from rules and documents, quote their source, or say “I don't know”.</span>
      <span className="sp" /><Link className="btn s" to="/develop/tasks">What changes with a model</Link><Button size="s" kind="quiet" icon="x" label="Make it small" onClick={() => setShown("chip")} />
    </section>
  );
}

function NewVersion() {
  const status = useStatus();
  const build = useQuery({ queryKey: ["build", status.live], queryFn: async () => ((await (await fetch("/build.json", { cache: "no-store" })).json()) as { build: string }).build, retry: false, staleTime: 300_000 });
  if (!build.data || build.data === __BUILD__) return null;
  return <section className="banner" aria-label="A newer console"><Icon name="inf" /><span role="status">The server has a newer console. What you wrote stays.</span><span className="sp" /><Button size="s" onClick={() => location.reload()}>Reload</Button></section>;
}

function Bell() {
  const history = useHistory();
  const [seen, setSeen] = useState(0);
  return (
    <Popover position="bottom-end" width={360} onOpen={() => setSeen(history[0]?.id ?? 0)}>
      <Indicator disabled={(history[0]?.id ?? 0) <= seen} size={7} offset={6}><Popover.Target><Button kind="quiet" icon="bell" label="What was said" /></Popover.Target></Indicator>
      <Popover.Dropdown p={0}>
        {history.length === 0 && <p className="pad t2">Nothing was said yet. What the console tells you for a moment stays here.</p>}
        <ul style={{ maxHeight: 360, overflow: "auto" }}>{history.map((said) => <li key={said.id} className="item"><Icon name={said.tone === "bad" ? "alert" : "ok"} /><span className="sp">{said.text}{said.next && <span className="t2"> {said.next}</span>}</span><span className="cap"><Time at={said.at} /></span></li>)}</ul>
      </Popover.Dropdown>
    </Popover>
  );
}

function Person() {
  const me = useMe().data;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const name = me?.name ?? me?.email ?? "You";
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target><button type="button" className="btn g" style={{ padding: "0 4px" }} aria-label={`${name}: theme, settings, sign out`}><Avatar name={name} /><span className="wide">{(me?.roles[0] ?? "").replaceAll("_", " ")}</span><Icon name="down" /></button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item leftSection={<Icon name="eye" />} onClick={() => setColorScheme(colorScheme === "dark" ? "light" : "dark")}>{colorScheme === "dark" ? "Light" : "Dark"} theme</Menu.Item>
        <Menu.Item leftSection={<Icon name="gear" />} onClick={() => navigate({ to: "/settings" })}>Settings</Menu.Item>
        <Menu.Item leftSection={<Icon name="lock" />} onClick={() => signOut().then(() => navigate({ to: "/sign-in" }))}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Strip() {
  const { live, delay, event } = useStatus();
  const keys = useAllKeys().filter((key) => key.shown);
  return (
    <footer className="strip">
      <span className="row" role="status"><span className={`pulse ${live ? "" : "off"}`} />{live ? <>Live {delay !== null && <span className="tn t3">{delay} ms</span>}</> : "Reconnecting, reading every 30 s"}</span>
      {event > 0 && <span className="row tn"><Icon name="pulse" size="s" />event {event.toLocaleString()}</span>}
      <span className="sp" />
      <span className="keys">{keys.map((key) => <span key={key.keys} className="row"><Keys of={key.keys.split(" ").map((part) => (part.length === 1 ? part.toUpperCase() : part))} /> {key.says}</span>)}<span className="row"><kbd>?</kbd> all keys</span></span>
    </footer>
  );
}

export function Frame() {
  const navigate = useNavigate();
  const [help, setHelp] = useState(false);
  useKeys([
    { keys: "Ctrl k", says: "Search or run a command", run: openPalette },
    { keys: "?", says: "All keys", run: () => setHelp(true) },
    { keys: "c", says: "New client", run: () => void navigate({ to: "/new" }) },
    ...[...PLACES, ...TOOLS].map((place) => ({ keys: `g ${place.letter}`, says: `Go to ${place.says}`, run: () => void navigate({ to: place.to }) })),
    { keys: "g w", says: "Go to Welcome", run: () => void navigate({ to: "/welcome" }) },
  ], true);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => { document.getElementById("main")?.focus({ preventScroll: true }); }, [path]);
  return (
    <div className="app">
      <Rail />
      <header className="top">
        <Crumbs />
        <button type="button" className="pal" aria-label="Search or run a command" onClick={openPalette}><Icon name="search" /><span className="el wide">Search clients, events, documents, or run a command</span><span className="sp" /><span className="wide"><Keys of={["Ctrl", "K"]} /></span></button>
        <div className="end"><Engine /><Bell /><Person /></div>
      </header>
      <div className="banners"><OfflineBanner /><NewVersion /></div>
      <main id="main" className="main" tabIndex={-1} style={{ outline: "none", boxShadow: "none" }}><Suspense fallback={null}><Outlet /></Suspense></main>
      <Strip />
      <Palette onHelp={() => setHelp(true)} />
      <Help opened={help} onClose={() => setHelp(false)} />
      <Suspense fallback={null}><Inspector /></Suspense>
    </div>
  );
}

/** A page without the frame: signing in, claiming. */
export function Bare({ children }: { children: ReactNode }) {
  return <main style={{ minHeight: "100%", display: "grid", placeItems: "center", padding: 24 }}><div className="card" style={{ width: "min(400px, 100%)", padding: 24 }}><div className="row acc" style={{ marginBottom: 16 }}><Icon name="mark" size="l" /><span className="b" style={{ color: "var(--text)" }}>Retinue</span></div>{children}</div></main>;
}
