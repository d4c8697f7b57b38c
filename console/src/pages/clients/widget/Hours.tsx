/** When people are there: openings on days of the week, a time zone, and days on which they are closed. */
import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { Button, Pill } from "@/kit/Button";
import { zone } from "@/kit/time";
import type { Fault } from "../agents/data";
import { DAYS, type Hours as Said, type Opening } from "./look";

const ZONES: string[] = Intl.supportedValuesOf("timeZone");
const USUAL: Opening = { days: ["mon", "tue", "wed", "thu", "fri"], opens: "09:00", closes: "17:00" };
export const usual = (): Said => ({ timezone: zone(), openings: [USUAL], closed_on: [] });

export function Hours({ hours, fixed, faults, onChange }: { hours: Said; fixed: boolean; faults: Fault[]; onChange: (hours: Said) => void }) {
  const [day, setDay] = useState("");
  const put = (change: Partial<Said>) => onChange({ ...hours, ...change });
  const opening = (at: number, change: Partial<Opening>) => put({ openings: hours.openings.map((one, place) => (place === at ? { ...one, ...change } : one)) });
  const faultOf = (path: string) => faults.find((fault) => fault.path.startsWith(`widget.business_hours.${path}`))?.reason;
  const close = () => { if (day && !hours.closed_on.includes(day)) put({ closed_on: [...hours.closed_on, day].sort() }); setDay(""); };
  return (
    <div className="col" style={{ gap: 10 }}>
      {hours.openings.map((one, at) => (
        <div key={at} className="opening" role="group" aria-label={`Opening ${at + 1}`}>
          <div className="row" style={{ gap: 4, flexWrap: "wrap" }}>{DAYS.map(({ day, says, whole }) => <button key={day} type="button" className="day" aria-label={whole} aria-pressed={one.days.includes(day)} disabled={fixed} onClick={() => opening(at, { days: DAYS.map((each) => each.day).filter((each) => (each === day ? !one.days.includes(day) : one.days.includes(each))) })}>{says}</button>)}</div>
          <div className="row" style={{ gap: 6 }}>
            <TextInput size="xs" w={64} className="tn" aria-label="Opens" placeholder="09:00" maxLength={5} disabled={fixed} value={one.opens} onChange={(event) => opening(at, { opens: event.currentTarget.value })} />
            <span className="t3">to</span>
            <TextInput size="xs" w={64} className="tn" aria-label="Closes" placeholder="17:00" maxLength={5} disabled={fixed} value={one.closes} onChange={(event) => opening(at, { closes: event.currentTarget.value })} />
            <span className="sp" />
            {!fixed && <Button size="s" kind="quiet" icon="x" label={`Remove opening ${at + 1}`} onClick={() => put({ openings: hours.openings.filter((_, place) => place !== at) })} />}
          </div>
          {one.days.length === 0 ? <p className="wrong">Choose at least one day, or remove these hours.</p> : faultOf(`openings[${at}]`) && <p className="wrong">{hoursFault(one)}</p>}
        </div>
      ))}
      {hours.openings.length === 0 && <p className="small t2">Without any, people are never there.</p>}
      {!fixed && hours.openings.length < 30 && <div><Button size="s" icon="plus" onClick={() => put({ openings: [...hours.openings, { ...USUAL, days: hours.openings.length ? ["sat"] : USUAL.days }] })}>Add hours</Button></div>}
      <Select label="Time zone" size="xs" searchable allowDeselect={false} disabled={fixed} data={ZONES.includes(hours.timezone) ? ZONES : [hours.timezone, ...ZONES]} limit={60} value={hours.timezone} error={faultOf("timezone")} onChange={(timezone) => timezone && put({ timezone })} />
      <div className="col" style={{ gap: 6 }}>
        <div className="row" style={{ alignItems: "flex-end" }}><TextInput type="date" size="xs" style={{ flex: 1 }} label="Closed all day on" disabled={fixed} value={day} onChange={(event) => setDay(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); close(); } }} /><Button icon="plus" disabled={!day || fixed} onClick={close}>Add</Button></div>
        {hours.closed_on.length > 0 && <div className="row wrap" style={{ gap: 4 }}>{hours.closed_on.map((date) => <Pill key={date} on={false} onClick={() => !fixed && put({ closed_on: hours.closed_on.filter((other) => other !== date) })}><span className="tn">{date}</span><span aria-hidden="true">×</span><span className="hidden">, open again</span></Pill>)}</div>}
        {faultOf("closed_on") && <p className="wrong">{faultOf("closed_on")}</p>}
      </div>
    </div>
  );
}

/** The server's reason, said of these hours. */
function hoursFault({ opens, closes }: Opening): string {
  const clock = /^([01]\d|2[0-3]):[0-5]\d$/;
  if (!clock.test(opens) || !(clock.test(closes) || closes === "24:00")) return "Write times as 09:00 and 17:30; 24:00 is midnight at the end of the day.";
  return "It closes before it opens. Write hours past midnight as two openings: until 24:00, and from 00:00 on the next day.";
}
