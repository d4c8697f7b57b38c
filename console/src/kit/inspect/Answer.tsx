/** Why an answer was given: what was asked, the path to it, its sources, and who, at which cost, with which version. `rest` is its conversation. */
import { Link } from "@tanstack/react-router";
import { useWhy } from "@/pages/inbox/data";
import { Empty, Shown } from "../states";
import { Figures, Path, Sources } from "./Path";
import type { Inspected } from "./Inspector";
import "./answer.css";

export default function Answer({ client, id, rest: [conversation = ""] }: Inspected) {
  const query = useWhy(client, conversation, id);
  if (!conversation) return <div className="pad"><Empty title="This address does not say which conversation the answer is in." /></div>;
  return (
    <Shown query={query} what="the path of the answer" rows={7} height={28}>
      {(why) => (
        <div className="col" style={{ gap: 16, paddingBottom: 20 }}>
          <section className="col" style={{ padding: "0 20px", gap: 8 }}>
            {why.question && <p className="t2">“{why.question}”</p>}
            <p className="answered">{why.content || "(erased)"}</p>
            <Figures why={why} />
          </section>
          <section><h3 style={{ padding: "0 20px 8px" }}>What was done for it</h3><div style={{ padding: "0 6px" }}><Path why={why} client={client} /></div></section>
          {why.citations.length > 0 && <section style={{ padding: "0 20px" }}><h3 style={{ paddingBottom: 8 }}>{why.grounded === false ? "What comes nearest" : "Sources"}</h3><Sources why={why} client={client} /></section>}
          <p style={{ padding: "0 20px" }}><Link to="/inbox/$client/$conversation" params={{ client, conversation }}>Read the conversation</Link></p>
        </div>
      )}
    </Shown>
  );
}
