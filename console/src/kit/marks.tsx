/** The small marks that stand for a state: each is shape, word and colour. */
import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

export type Tone = "" | "good" | "warn" | "bad" | "info" | "acc" | "ai";

export function Chip({ tone = "", icon, children, title }: { tone?: Tone; icon?: IconName; children: ReactNode; title?: string }) {
  return <span className={`chip ${tone}`} title={title}>{icon && <Icon name={icon} />}{children}</span>;
}

export function Avatar({ name, bot, large }: { name: string; bot?: boolean; large?: boolean }) {
  const initials = name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => word[0]!.toUpperCase()).join("") || "?";
  return <span className={`av ${bot ? "bot" : ""} ${large ? "l" : ""}`} aria-hidden="true">{bot ? <Icon name="mark" size="m" /> : initials}</span>;
}

/** Five ticks and a number; under 0.70 amber, and the words say what happens then. */
export function Confidence({ value, below = "below 0.70: goes to a person" }: { value: number; below?: string }) {
  const on = Math.round(value * 5);
  const low = value < 0.7;
  return (
    <span className={`conf ${low ? "low" : ""}`} role="img" aria-label={`confidence ${value.toFixed(2)}${low ? `, ${below}` : ""}`} title={low ? below : `confidence ${value.toFixed(2)}`}>
      <i>{[0, 1, 2, 3, 4].map((tick) => <b key={tick} className={tick < on ? "on" : ""} />)}</i>{value.toFixed(2)}
    </span>
  );
}

const point = (centre: number, radius: number, angle: number) => {
  const turn = (angle * Math.PI) / 180;
  return `${(centre + radius * Math.cos(turn)).toFixed(2)} ${(centre + radius * Math.sin(turn)).toFixed(2)}`;
};

/** The mark's three arcs fill clockwise. `share` is 0 … 1. */
export function Ring({ share, size = 28, tone = "good", label, children }: { share: number; size?: number; tone?: "good" | "warn" | "bad" | "plain"; label: string; children?: ReactNode }) {
  const width = size > 40 ? 4 : 2.5, centre = size / 2, radius = centre - width / 2 - 0.5, length = 100;
  const stroke = tone === "plain" ? "var(--c6)" : `var(--${tone}-fill)`;
  return (
    <span className="ring" role="img" aria-label={label} title={label} style={{ width: size, height: size, fontSize: size * 0.36 }}>
      <svg width={size} height={size} fill="none" strokeWidth={width} strokeLinecap="round" aria-hidden="true">
        {[0, 1, 2].map((arc) => {
          const start = -80 + arc * 120, filled = Math.max(0, Math.min(length, share * 300 - arc * length));
          return (
            <g key={arc}>
              <path d={`M${point(centre, radius, start)}A${radius} ${radius} 0 0 1 ${point(centre, radius, start + length)}`} stroke="var(--line-strong)" opacity=".7" />
              {filled > 1 && <path d={`M${point(centre, radius, start)}A${radius} ${radius} 0 0 1 ${point(centre, radius, start + filled)}`} stroke={stroke} />}
            </g>
          );
        })}
      </svg>
      <span>{children}</span>
    </span>
  );
}

export const BEADS = ["research", "demo", "agreement", "requirement", "version", "conversation", "insight"] as const;
const BEAD_OF: Record<string, number> = { company: 0, people: 0, research: 0, knowledge: 0, requirements: 3, agents: 4, conversations: 5, contacts: 5 };
export const beadOf = (section: string) => BEAD_OF[section] ?? 0;

/** Seven beads from research to insight; this one large. */
export function Lineage({ at, id, onOpen }: { at: number; id: string; onOpen?: () => void }) {
  const drawn = (
    <>
      <svg width="68" height="12" fill="none" role="img" aria-label={`lineage: ${BEADS[at]}, step ${at + 1} of 7`}>
        <path d="M4 6H64" stroke="var(--line-strong)" strokeWidth="1.2" />
        {BEADS.map((bead, k) => k < at ? <circle key={bead} cx={4 + k * 10} cy="6" r="2.1" fill="var(--text-3)" /> : k === at
          ? <g key={bead}><circle cx={4 + k * 10} cy="6" r="3.6" fill="var(--accent)" /><circle cx={4 + k * 10} cy="6" r="1.3" fill="var(--surface)" /></g>
          : <circle key={bead} cx={4 + k * 10} cy="6" r="2" fill="var(--surface)" stroke="var(--line-strong)" strokeWidth="1.2" />)}
      </svg>
      <span className="mono">{id.replaceAll("-", "").slice(-4).toUpperCase()}</span>
    </>
  );
  return onOpen ? <button type="button" className="lin" onClick={onOpen} title="Follow this lineage">{drawn}</button> : <span className="lin">{drawn}</span>;
}

/** A row of counts, with a name and one sentence for those who do not see it. */
export function Spark({ values, label, width = 96, height = 18 }: { values: number[]; label: string; width?: number; height?: number }) {
  if (values.length < 2) return null;
  const top = Math.max(1, ...values);
  const line = values.map((value, at) => `${at ? "L" : "M"}${((at * (width - 4)) / (values.length - 1)).toFixed(1)} ${(height - 4 - (value / top) * (height - 4)).toFixed(1)}`).join("");
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: "block", flex: "none" }}>
      <g transform="translate(2 2)"><path d={`${line}L${width - 4} ${height - 4}L0 ${height - 4}Z`} fill="var(--c1)" opacity=".12" /><path d={line} fill="none" stroke="var(--c1)" strokeWidth="1.5" strokeLinejoin="round" /></g>
    </svg>
  );
}

/** What the machine wrote: italic, heather, with its glyph. */
export function Machine({ children }: { children: ReactNode }) {
  return <span className="by"><Icon name="ai" />{children}</span>;
}
