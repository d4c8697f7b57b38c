/** Clients: the list left, the story of one in the middle, what waits and what is known right. */
import { Link, useParams } from "@tanstack/react-router";
import { useCrumbs } from "@/frame/crumbs";
import { useSide } from "@/kit/side";
import { Empty, Trouble } from "@/kit/states";
import { ClientList } from "./ClientList";
import { useClient } from "./data";
import { Side } from "./Side";
import { Story } from "./Story";

export default function Clients() {
  const { client = "" } = useParams({ strict: false }) as { client?: string };
  const shown = useClient(client);
  const side = useSide();
  useCrumbs(shown.data?.name ?? "Clients", client ? [{ says: "Clients", to: "/clients" }, { says: shown.data?.name ?? "…" }] : [{ says: "Clients" }]);
  return (
    <>
      <aside className="pane left" data-covered={client !== ""} aria-label="List of clients"><ClientList current={client} /></aside>
      {client === "" ? <div className="middle pad" data-absent="true"><Empty icon="clients" title="Choose a client.">Its story is told here as it happens: what was read, who asked what, what went live.</Empty></div>
        : shown.error && !shown.data ? <div className="middle pad"><Trouble error={shown.error} onRetry={() => shown.refetch()} /><p style={{ marginTop: 12 }}><Link className="btn" to="/clients">All clients</Link></p></div>
        : (
          <>
            <Story key={client} client={client} name={shown.data?.name ?? ""} side={side} />
            <aside className="pane right" {...side.props} aria-label="What waits and what is known"><Side client={client} onFold={side.toggle} /></aside>
          </>
        )}
    </>
  );
}
