import type { Inspected } from "./Inspector";
export default function Claim(_: Inspected) { return null; }
