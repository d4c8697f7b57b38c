/** One set of icons on a 16 grid. */
import { paths, type IconName } from "./icons";

export type { IconName };

export function Icon({ name, size = "", label }: { name: IconName; size?: "s" | "m" | "l" | ""; label?: string }) {
  return (
    <svg className={`ic ${size}`} viewBox="0 0 16 16" role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : true}>
      {paths[name].map((shape, at) => "d" in shape ? <path key={at} {...shape} /> : "r" in shape ? <circle key={at} {...shape} /> : "ry" in shape ? <ellipse key={at} {...shape} /> : <rect key={at} {...shape} />)}
    </svg>
  );
}
