/** What one does most, with its keys. */
import { useNavigate } from "@tanstack/react-router";
import { Keys } from "@/kit/Button";
import { Icon, type IconName } from "@/kit/Icon";
import { openPalette } from "@/frame/Palette";

export function Commands() {
  const navigate = useNavigate();
  const go = (to: string) => () => void navigate({ to });
  const all: { icon: IconName; says: string; keys: string[]; run: () => void }[] = [
    { icon: "plus", says: "Meet a new company", keys: ["C"], run: go("/new") },
    { icon: "clients", says: "Go to the clients", keys: ["G", "C"], run: go("/clients") },
    { icon: "inbox", says: "Answer in the inbox", keys: ["G", "I"], run: go("/inbox") },
    { icon: "search", says: "Find anything", keys: ["Ctrl", "K"], run: openPalette },
    { icon: "pulse", says: "Show parked events", keys: [], run: go("/develop/parked") },
    { icon: "mark", says: "See the first run again", keys: ["G", "W"], run: go("/welcome") },
  ];
  return (
    <section className="card pane-b" aria-label="Ask or do">
      <div className="hd"><h2>Ask or do</h2><span className="sp" /><Keys of={["Ctrl", "K"]} /></div>
      <ul className="scroll" style={{ padding: "6px 0" }}>{all.map(({ icon, says, keys, run }) => <li key={says}><button type="button" className="cmd" onClick={run}><Icon name={icon} size="m" />{says}<span className="sp" /><Keys of={keys} /></button></li>)}</ul>
    </section>
  );
}
