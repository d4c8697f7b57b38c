/** The way from company to agent, as a list that fills while one watches. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Icon } from "@/kit/Icon";
import { Chip } from "@/kit/marks";
import { lasted, Time } from "@/kit/time";
import type { State, Step } from "./steps";
import "./journey.css";

const SAID: Record<State, string> = { done: "done", now: "happening now", next: "still to come", person: "waits for a person", failed: "failed" };

/** `under`: what more a step shows, by its key. */
export function Steps({ steps, under = {}, links = true }: { steps: Step[]; under?: Record<string, ReactNode>; links?: boolean }) {
  return (
    <ol className="card steps" aria-label="From company to agent">
      {steps.map((step, at) => (
        <li key={step.key} className={`step ${step.state}`} aria-current={step.state === "now" || step.state === "person" ? "step" : undefined}>
          <span className="nb" aria-hidden="true">{step.state === "done" ? <Icon name="check" /> : step.state === "failed" ? <Icon name="x" /> : step.state === "person" ? <Icon name="user" /> : at + 1}</span>
          <div style={{ minWidth: 0 }}>
            <h2>{step.title}<span className="hidden">, {SAID[step.state]}</span></h2>
            <p className={step.state === "failed" ? "bad" : ""}>{step.says}</p>
            {step.next && <p>{step.next}</p>}
            {step.share !== undefined && <div className="row" style={{ gap: 10, marginTop: 5 }}><span className="bar" role="progressbar" aria-label={step.title} aria-valuenow={Math.round(step.share * 100)} style={{ width: 190, height: 8 }}><i style={{ width: `${step.share * 100}%` }} /></span></div>}
            {under[step.key]}
          </div>
          <div className="side">
            {step.state === "now" ? <Chip tone="acc" icon="play">now</Chip> : step.state === "person" ? <Chip tone="warn" icon="user">needs you</Chip> : step.state === "failed" ? <Chip tone="bad" icon="stop">failed</Chip> : step.state === "next" ? "next" : step.ms !== null ? <span className="tn" title="How long it took">{lasted(step.ms)}</span> : step.at ? <Time at={step.at} /> : null}
            {links && step.to && step.state !== "next" && <Link to={step.to.path}>{step.to.says}</Link>}
          </div>
        </li>
      ))}
    </ol>
  );
}
