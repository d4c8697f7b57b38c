/** The chat itself, as a visitor of one's pages meets it: the same script under the same key. */
import { useState, type ReactNode } from "react";
import { Link } from "@tanstack/react-router";
import { useComputedColorScheme } from "@mantine/core";
import { Button, Segments } from "@/kit/Button";

type Theme = "light" | "dark";
const kept = (key: string) => `retinue:${key.slice(-16)}:`;
/** The next time the preview opens, a new conversation begins there. */
export const begin = (key: string) => { try { localStorage.removeItem(kept(key)); } catch { /* nothing is kept here */ } };

interface Props { client: string; publicKey: string | undefined; version: number | undefined; theme: "auto" | Theme; turn: number; instead: ReactNode; onAgain: () => void; children?: ReactNode }

/** `instead`: what stands there while there is nothing to see. `turn`: one more, and it is loaded again. */
export function Preview({ client, publicKey, version, theme: set, turn, instead, onAgain, children }: Props) {
  const colorScheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const [theme, setTheme] = useState<Theme>(colorScheme);
  const [wide, setWide] = useState<"wide" | "narrow">("wide");
  const again = () => { if (publicKey) begin(publicKey); onAgain(); };
  const forced = set !== "auto";
  const address = publicKey && `/widget/preview?key=${encodeURIComponent(publicKey)}&open=1${forced ? "" : `&theme=${theme}`}`;
  return (
    <section className="seen" aria-label="Preview">
      <div className="hd wrap">
        <h2>As visitors see it</h2>
        <span className="cap el">{version !== undefined && `version ${version}`}</span>
        <span className="sp" />
        <Segments<Theme> label="The visitor's theme" value={theme} options={[{ value: "light", label: "Light" }, { value: "dark", label: "Dark" }]} onChange={setTheme} />
        <Segments label="Width of the page" value={wide} options={[{ value: "wide", label: "Wide" }, { value: "narrow", label: "Phone" }]} onChange={setWide} />
        <Button icon="undo" disabled={!publicKey} onClick={again}>Begin again</Button>
        {children}
      </div>
      <div className="stage" data-wide={wide}>
        {instead ?? <iframe key={`${address} ${version} ${turn}`} title="Preview of the chat" src={address} style={{ colorScheme: theme }} />}
      </div>
      <p className="cap" style={{ padding: "6px 14px" }}>{instead ? "" : <>{forced && `It is ${set} for every visitor. `}It is real: what you write here becomes a conversation in the <Link to="/inbox" search={{ client } as never}>inbox</Link>.</>}</p>
    </section>
  );
}
