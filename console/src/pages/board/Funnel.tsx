/** How many clients came how far, from stage to stage. */
import { Loading } from "@/kit/states";
import { lasted } from "@/kit/time";
import { plural } from "../clients/fields";
import { STAGES, type Summary } from "./data";

const DAY = 86_400_000;
const percent = (share: number) => (share > 0 && share < 0.01 ? "under 1 %" : `${Math.round(share * 100)} %`);

export interface Part { says: string; reached: number; here: number; share: number | null; days: number | null }

/** A client never goes back, so it has reached every stage up to its own. `share`: of those who reached the stage before. */
export function parts(summary: Summary): Part[] {
  const here = STAGES.map(({ stage }) => summary.stages.find((one) => one.stage === stage));
  const reached = here.map((_, at) => here.slice(at).reduce((sum, one) => sum + (one?.clients ?? 0), 0));
  return STAGES.map(({ says }, at) => ({ says, reached: reached[at]!, here: here[at]?.clients ?? 0, share: at > 0 && reached[at - 1]! > 0 ? reached[at]! / reached[at - 1]! : null, days: here[at]?.median_days ?? null }));
}

export function Funnel({ summary }: { summary?: Summary }) {
  if (!summary) return <Loading what="the funnel" rows={5} height={44} />;
  const all = parts(summary), first = all[0]!.reached, last = all.at(-1)!;
  const steps = all.filter((part) => part.share !== null), weakest = steps.reduce<Part | null>((least, part) => (least === null || part.share! < least.share! ? part : least), null);
  return (
    <figure className="card funnel" aria-labelledby="funnel">
      <figcaption>
        <h2 className="name" id="funnel">{last.reached.toLocaleString()} of {plural(first, "client")} went live{first > 0 && `, ${percent(last.reached / first)}`}</h2>
        <p className="t2">{weakest && weakest.share! < 1 ? `The narrowest step is into ${weakest.says.toLowerCase()}: ${percent(weakest.share!)} of those before it.` : "Nobody is waiting before any step."} A client counts in every stage that it has reached.</p>
      </figcaption>
      <table className="tbl">
        <thead><tr><th scope="col">Stage</th><th scope="col" style={{ width: "50%" }}><span className="hidden">Share of all clients</span></th><th scope="col" className="r">Reached it</th><th scope="col" className="r">Of the stage before</th><th scope="col" className="r">In it now</th><th scope="col" className="r">Median there</th></tr></thead>
        <tbody>
          {all.map((part) => (
            <tr key={part.says}>
              <th scope="row">{part.says}</th>
              <td><span className="fbar" aria-hidden="true"><i style={{ width: `${first ? (part.reached / first) * 100 : 0}%` }} /></span><span className="hidden">{first ? percent(part.reached / first) : "0 %"}</span></td>
              <td className="r b">{part.reached.toLocaleString()}</td><td className="r">{part.share === null ? "" : percent(part.share)}</td><td className="r">{part.here.toLocaleString()}</td><td className="r">{part.days === null ? "nobody" : lasted(part.days * DAY)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
