import { Modal } from "@mantine/core";
import { Keys } from "@/kit/Button";
import { useAllKeys } from "./keys";
import { usePreference } from "./preferences";

const FIXED = [{ keys: "J", says: "Next in a list" }, { keys: "K", says: "The one before" }, { keys: "Enter", says: "Open" }, { keys: "Space", says: "Unfold" }, { keys: "Escape", says: "Back, close" }];

export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const keys = useAllKeys();
  const [letters] = usePreference("letters");
  const named = new Set(keys.map((key) => key.keys.toUpperCase()));
  const all = [...keys.map(({ keys, says }) => ({ keys, says })), ...FIXED.filter((key) => !named.has(key.keys.toUpperCase()))];
  return (
    <Modal opened={opened} onClose={onClose} title="All keys" size="lg">
      {letters === "off" && <p className="t2" style={{ marginBottom: 8 }}>Single letters are switched off in Settings.</p>}
      <ul style={{ columns: "2 240px", columnGap: 32 }}>
        {all.map((key) => <li key={key.keys} className="row" style={{ breakInside: "avoid", padding: "4px 0" }}><span className="sp">{key.says}</span><Keys of={key.keys.split(" ").map((part) => (part.length === 1 ? part.toUpperCase() : part))} /></li>)}
      </ul>
    </Modal>
  );
}
