/** Approving: what follows is said before, and of two who approve, the second sees what the first did. */
import { Modal } from "@mantine/core";
import { useState } from "react";
import { api, ask, of } from "@/api/client";
import { asProblem, type Problem } from "@/api/problem";
import { Button } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { say } from "@/kit/notice";
import { Trouble } from "@/kit/states";
import type { Document, Editing } from "./useDraft";

interface Props { opened: boolean; client: string; document: Document; editing: Editing; unsure: number; names: (id: string | null | undefined) => string; onClose: () => void; onDone: () => unknown }

export function Approving({ opened, client, document, editing, unsure, names, onClose, onDone }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const close = () => { setProblem(null); onClose(); };
  const approve = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const saved = await editing.save(); // what is approved is what is on the page
      if (!saved) { close(); return; }
      const done = await ask(() => api.POST("/api/v1/requirements/{requirements_id}/approve", { headers: of(client), params: { path: { requirements_id: document.requirements_id } }, body: { version: saved.version, automatic: false } }));
      await onDone();
      const who = names(done.approved_by);
      say(who === "You" ? `Version ${done.version} is approved. A configuration is being generated.` : `${who} had approved version ${done.version} already; it counts once.`);
      close();
    } catch (error) {
      setProblem(asProblem(error));
      void editing.query.refetch();
      void onDone();
    } finally { setBusy(false); }
  };
  const overtaken = problem?.status === 409;
  return (
    <Modal opened={opened} onClose={close} title={<h2>Approve these requirements?</h2>} size="md">
      <div className="col" style={{ gap: 10 }}>
        {problem && (overtaken ? (
          <div className="problem" role="alert"><Icon name="swap" /><div><b>{document.status === "draft" ? `${names(document.updated_by)} saved version ${document.version} before you approved.` : document.status === "approved" ? `${names(document.approved_by)} approved version ${document.version} before you.` : "A later draft replaced these requirements before you approved."}</b> Nothing was approved by you. Close this and look at what changed{document.status === "draft" ? ", then approve that version" : ""}.</div></div>
        ) : <Trouble error={problem} />)}
        <ul className="col" style={{ gap: 8 }}>
          {editing.unsaved > 0 && <Follows icon="pen">{editing.unsaved} unsaved {editing.unsaved === 1 ? "change is" : "changes are"} saved first.</Follows>}
          <Follows icon="branch">A configuration is generated from them: a new version of the agent, unless it would say what the newest says already.</Follows>
          <Follows icon="play">It is not deployed by itself, unless no agent is in production yet. Running chats keep their version.</Follows>
          {unsure > 0 && <Follows icon="alert" warn>{unsure} {unsure === 1 ? "item is" : "items are"} uncertain or open, and {unsure === 1 ? "is" : "are"} approved as {unsure === 1 ? "it stands" : "they stand"}.</Follows>}
          <Follows icon="undo">They can be reopened at any time; that makes a new version.</Follows>
        </ul>
        <div className="row" style={{ justifyContent: "flex-end", marginTop: 4 }}>
          <Button size="l" onClick={close}>{overtaken ? "Close" : "Not yet"}</Button>
          {!overtaken && <Button size="l" kind="primary" icon="check" busy={busy} data-autofocus onClick={() => void approve()}>Approve version {document.version + (editing.unsaved > 0 ? 1 : 0)}</Button>}
        </div>
      </div>
    </Modal>
  );
}

function Follows({ icon, warn, children }: { icon: IconName; warn?: boolean; children: React.ReactNode }) {
  return <li className="row" style={{ alignItems: "flex-start" }}><span className={warn ? "warn" : "t2"} style={{ paddingTop: 2 }}><Icon name={icon} /></span><span>{children}</span></li>;
}
