import { Tooltip } from "@mantine/core";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: "primary" | "plain" | "quiet" | "risky";
  size?: "s" | "m" | "l";
  icon?: IconName;
  keys?: string[];
  busy?: boolean;
  /** Why it cannot be pressed and who can: the button is shown, disabled, with the reason. */
  barred?: string | null;
  /** Name of a button that shows its icon only. */
  label?: string;
  children?: ReactNode;
}
const KIND = { primary: "p", plain: "", quiet: "g", risky: "d" };

export function Button({ kind = "plain", size = "m", icon, keys, busy, barred, label, children, className = "", onClick, ...rest }: Props) {
  const button = (
    <button
      type="button"
      {...rest}
      aria-label={label}
      aria-busy={busy || undefined}
      aria-disabled={barred || busy ? true : undefined}
      onClick={barred || busy ? (event) => event.preventDefault() : onClick}
      className={`btn ${KIND[kind]} ${size === "m" ? "" : size} ${children ? "" : "i"} ${className}`}
    >
      {icon && <Icon name={icon} />}
      {children}
      {keys && <Keys of={keys} />}
    </button>
  );
  return barred || label ? <Tooltip label={barred ?? label} multiline maw={300}>{button}</Tooltip> : button;
}

export function Keys({ of }: { of: string[] }) {
  return <span className="row" style={{ gap: 3 }} aria-hidden="true">{of.map((key) => <kbd key={key}>{key}</kbd>)}</span>;
}

export function Segments<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: { value: T; label: ReactNode }[]; onChange: (value: T) => void }) {
  return (
    <div className="seg" role="group" aria-label={label}>
      {options.map((option) => <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>{option.label}</button>)}
    </div>
  );
}

/** A filter that is on or off. */
export function Pill({ on, count, onClick, children }: { on: boolean; count?: number; onClick: () => void; children: ReactNode }) {
  return <button type="button" className="pill" aria-pressed={on} onClick={onClick}>{children}{count !== undefined && <span className="n tn">{count.toLocaleString()}</span>}</button>;
}
