import type { Inspected } from "./Inspector";
export default function Answer(_: Inspected) { return null; }
