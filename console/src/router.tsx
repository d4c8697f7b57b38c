/** Every address of the console, and what is lazy. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Link, Outlet, redirect, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { hushed, listen } from "./api/live";
import { onSession, token } from "./api/session";
import { Bare, Frame } from "./frame/Frame";
import { Button } from "./kit/Button";
import { Empty, Trouble } from "./kit/states";
import { readAhead, type Filter } from "./pages/clients/story";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  validateSearch: (search: Record<string, unknown>) => search as { inspect?: string; next?: string } & Record<string, unknown>,
  notFoundComponent: () => <Bare><Empty title="There is no page at this address." action={<Link className="btn" to="/board">Go to the board</Link>} /></Bare>,
});
const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: lazyRouteComponent(() => import("./pages/signing/SignIn")) });
const claim = createRoute({ getParentRoute: () => root, path: "/claim", component: lazyRouteComponent(() => import("./pages/signing/Claim")) });

/** Everything but signing in needs a session; where one was going is kept. */
const house = createRoute({
  getParentRoute: () => root, id: "house",
  beforeLoad: async ({ location, context }) => {
    if (!(await token().catch(() => "unreachable"))) throw redirect({ to: "/sign-in", search: { next: location.href } });
    listen(context.queries);
  },
  component: function House() {
    const { queries } = house.useRouteContext();
    useEffect(() => { listen(queries); return hushed; }, [queries]);
    useEffect(() => onSession((signedIn) => { if (!signedIn) void router.navigate({ to: "/sign-in", search: { next: router.state.location.href } }); }), []);
    return <Frame />;
  },
});
const page = <const Path extends string>(path: Path, load: () => Promise<{ default: () => React.ReactNode }>) => createRoute({ getParentRoute: () => house, path, component: lazyRouteComponent(load) });
/** What people wait for is asked for first, while the page's own code is still on its way. */
const story = createRoute({
  getParentRoute: () => house, path: "/clients/$client", component: lazyRouteComponent(() => import("./pages/clients/Clients")),
  loader: ({ params, context, location }) => { void readAhead(context.queries, params.client, location.search as Filter); },
});

const routes = root.addChildren([
  signIn, claim,
  house.addChildren([
    createRoute({ getParentRoute: () => house, path: "/", beforeLoad: () => { throw redirect({ to: "/board" }); } }),
    page("/welcome", () => import("./pages/welcome/Welcome")),
    page("/board", () => import("./pages/board/Board")),
    page("/new", () => import("./pages/new/New")),
    page("/clients", () => import("./pages/clients/Clients")),
    story,
    page("/clients/$client/research", () => import("./pages/clients/research/Research")),
    page("/clients/$client/documents", () => import("./pages/clients/documents/Documents")),
    page("/clients/$client/requirements", () => import("./pages/clients/requirements/Requirements")),
    page("/clients/$client/agents", () => import("./pages/clients/agents/Agents")),
    page("/clients/$client/widget", () => import("./pages/clients/widget/Widget")),
    page("/inbox", () => import("./pages/inbox/Inbox")),
    page("/inbox/$client/$conversation", () => import("./pages/inbox/Inbox")),
    page("/develop", () => import("./pages/develop/Develop")),
    page("/develop/$tab", () => import("./pages/develop/Develop")),
    page("/settings", () => import("./pages/settings/Settings")),
    page("/settings/$tab", () => import("./pages/settings/Settings")),
  ]),
]);

function Failed({ error }: { error: unknown }) {
  const router = useRouter();
  const stale = error instanceof TypeError && /import|module/i.test(error.message); // a part of an older console that is gone
  return <div className="page"><Trouble error={stale ? new Error("The server has a newer console than this page.") : error} /><span><Button icon="undo" onClick={() => (stale ? location.reload() : void router.invalidate())}>{stale ? "Reload" : "Try again"}</Button></span></div>;
}

export const router = createRouter({ routeTree: routes, context: { queries: undefined! }, defaultPreload: "intent", defaultErrorComponent: Failed, scrollRestoration: false });
for (const { routeId } of router.matchRoutes(router.latestLocation)) void router.loadRouteChunk(router.routesById[routeId]!); // while the session is renewed
declare module "@tanstack/react-router" { interface Register { router: typeof router } }
