/** Over every page of one client: who it is, how far it is, who looks after it, whether it is claimed, and the way to its pages. */
import { CopyButton, Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { api, ask } from "@/api/client";
import { liveKey } from "@/api/live";
import { useBarred } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { Avatar, Chip } from "@/kit/marks";
import { refuse } from "@/kit/notice";
import { Time } from "@/kit/time";
import { useCard } from "./board";
import { useClient, type Client } from "./data";
import { Stage } from "./Stage";

const TABS: { to: string; icon: IconName; says: string }[] = [
  { to: "", icon: "pulse", says: "Timeline" },
  { to: "/research", icon: "search", says: "Research" },
  { to: "/documents", icon: "book", says: "Documents" },
  { to: "/requirements", icon: "list", says: "Requirements" },
  { to: "/agents", icon: "agents", says: "Agents" },
  { to: "/widget", icon: "chat", says: "Widget" },
];

/** `children`: what this page alone offers, at the right of the name. */
export function Head({ client, children }: { client: string; children?: ReactNode }) {
  const shown = useClient(client).data;
  const card = useCard(client);
  return (
    <header className="client-head">
      <div className="row wrap" style={{ minHeight: 46 }}>
        <div style={{ flex: 1, minWidth: 180 }}>
          <div className="row"><h1 className="name el" aria-label={(shown?.name ?? card?.name) ? undefined : "Client"}>{shown?.name ?? card?.name ?? " "}</h1>{card && <Stage stage={card.stage} />}</div>
          <div className="row small t2" style={{ minHeight: 20 }}>
            {card?.industry && <span className="el">{card.industry}</span>}
            {shown?.website && <><a href={shown.website} target="_blank" rel="noreferrer" className="el">{shown.website.replace(/^https?:\/\//, "").replace(/\/$/, "")}</a></>}
            {card?.assigned_name && <span className="row" style={{ gap: 4 }}><Avatar name={card.assigned_name} /><span className="el">{card.assigned_name} looks after it</span></span>}
            {shown && <ClaimState client={shown} />}
          </div>
        </div>
        {children}
      </div>
      <nav className="tabs" aria-label="Pages of this client">
        {TABS.map((tab) => <Link key={tab.to} to={`/clients/${client}${tab.to}`} activeOptions={{ exact: true, includeSearch: false }}><Icon name={tab.icon} size="m" />{tab.says}</Link>)}
      </nav>
    </header>
  );
}

function ClaimState({ client }: { client: Client }) {
  const [open, setOpen] = useState(false);
  const barred = useBarred("clients:write");
  if (client.status === "claimed") return <Chip tone="good" icon="ok">claimed</Chip>;
  return (
    <>
      <Button kind="quiet" size="s" icon={client.status === "expired" ? "alert" : "link"} barred={barred} onClick={() => setOpen(true)}>
        {client.status === "expired" ? "The claim link ended" : <>Unclaimed until <Time at={client.claim_expires_at} /></>}
      </Button>
      <ClaimLink client={client} opened={open} onClose={() => setOpen(false)} />
    </>
  );
}

/** The link is told once, when it is made: only its hash is kept. */
function ClaimLink({ client, opened, onClose }: { client: Client; opened: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const renew = useMutation({
    mutationFn: () => ask(() => api.POST("/api/v1/clients/{client_id}/claim-link", { params: { path: { client_id: client.client_id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: liveKey(client.client_id, "client") }),
    onError: refuse,
  });
  const link = renew.data?.claim_url;
  return (
    <Modal opened={opened} onClose={() => { renew.reset(); onClose(); }} title={<h2>Claim link of {client.name}</h2>} size="md">
      <div className="col" style={{ gap: 12 }}>
        <p className="t2">Whoever opens it sets a password and becomes the owner of this account, its agents and its conversations. A new link lasts thirty days and ends the older ones.</p>
        {link ? (
          <>
            <p className="mono card" style={{ padding: "8px 10px", overflowWrap: "anywhere" }}>{link}</p>
            <div className="row"><CopyButton value={link}>{({ copied, copy }) => <Button kind="primary" icon={copied ? "check" : "link"} onClick={copy}>{copied ? "Copied" : "Copy the link"}</Button>}</CopyButton><span className="cap">It is shown this once.</span></div>
          </>
        ) : <div><Button kind="primary" icon="link" busy={renew.isPending} onClick={() => renew.mutate()}>Make a new link</Button></div>}
      </div>
    </Modal>
  );
}
