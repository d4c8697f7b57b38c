/** Theme, contrast, size and keys; kept in this browser. */
import { useMantineColorScheme } from "@mantine/core";
import type { ReactNode } from "react";
import { usePreference } from "@/frame/preferences";
import { Segments } from "@/kit/Button";

function Line({ says, why, children }: { says: string; why: string; children: ReactNode }) {
  return <div className="row wrap" style={{ padding: "10px 12px", borderBottom: "1px solid var(--line)" }}><div style={{ flex: "1 1 260px" }}><div className="b">{says}</div><div className="cap">{why}</div></div>{children}</div>;
}

export function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [letters, setLetters] = usePreference("letters");
  const [scale, setScale] = usePreference("scale");
  const [contrast, setContrast] = usePreference("contrast");
  return (
    <section className="card" aria-label="Appearance" style={{ maxWidth: 720 }}>
      <div className="hd"><h2>Appearance</h2><span className="cap">kept in this browser</span></div>
      <Line says="Theme" why="Auto follows your system"><Segments label="Theme" value={colorScheme} options={[{ value: "auto", label: "Auto" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }]} onChange={setColorScheme} /></Line>
      <Line says="Contrast" why="Stronger lines and captions"><Segments label="Contrast" value={contrast} options={[{ value: "normal", label: "Normal" }, { value: "more", label: "High" }]} onChange={setContrast} /></Line>
      <Line says="Size of type" why="Everything grows with it"><Segments label="Size of type" value={scale} options={["90", "100", "115", "140"].map((value) => ({ value, label: `${value} %` }))} onChange={setScale} /></Line>
      <Line says="Single letters as keys" why="J, K, C, G then B …; Ctrl K works either way"><Segments label="Single letters as keys" value={letters} options={[{ value: "on", label: "On" }, { value: "off", label: "Off" }]} onChange={setLetters} /></Line>
    </section>
  );
}
