/** The identity secret of a key that was just made: shown this once, with what it is for and how a server uses it. */
import { CopyButton, Modal } from "@mantine/core";
import { useState } from "react";
import type { Schema } from "@/api/client";
import { Button, Segments } from "@/kit/Button";

export type Issued = Schema["IssuedKey"] & { name: string; replaced: boolean };
type Language = "python" | "node";
const CODE: Record<Language, string> = {
  python: `import jwt, time    # pip install pyjwt
token = jwt.encode({"sub": user.id, "name": user.name,
    "exp": int(time.time()) + 3600}, IDENTITY_SECRET, "HS256")`,
  node: `import jwt from "jsonwebtoken"    // npm install jsonwebtoken
const token = jwt.sign({ sub: user.id, name: user.name },
  process.env.IDENTITY_SECRET, { expiresIn: "1h" })`,
};

export function Secret({ issued, onClose }: { issued: Issued | null; onClose: () => void }) {
  const [language, setLanguage] = useState<Language>("python");
  const secret = issued?.identity_secret ?? "";
  return (
    <Modal opened={issued !== null} onClose={onClose} closeOnClickOutside={false} closeOnEscape={false} withCloseButton={false} size="lg" title={<h2>The identity secret of “{issued?.name}”, shown once</h2>}>
      <div className="col" style={{ gap: 12 }}>
        <p className="t2">{issued?.replaced ? "The key is a new one too: the line to paste has changed. " : "The line to paste is ready; it does not need this secret. "}With the secret your server can sign who a visitor is. Keep it where that server reads its secrets, never in a page. Nobody can show it again; if it is lost, replace the key.</p>
        <div className="row"><code className="mono card sp" style={{ padding: "6px 8px", overflowWrap: "anywhere" }} aria-label="Identity secret">{secret}</code>
          <CopyButton value={secret}>{({ copied, copy }) => <Button kind="primary" icon={copied ? "check" : "clip"} onClick={copy}>{copied ? "Copied" : "Copy the secret"}</Button>}</CopyButton></div>
        <div className="col" style={{ gap: 6 }}>
          <div className="row"><h3>How your server signs</h3><span className="sp" /><Segments label="Language" value={language} options={[{ value: "python", label: "Python" }, { value: "node", label: "Node" }]} onChange={setLanguage} /></div>
          <pre className="line-of mono" tabIndex={0} aria-label="Example">{CODE[language]}</pre>
          <p className="cap">The page then says <code className="mono">data-identity="TOKEN"</code> in the line, or calls <code className="mono">Retinue.identify(token)</code>.</p>
        </div>
        <div><Button onClick={onClose}>I have kept it, or do not need it</Button></div>
      </div>
    </Modal>
  );
}
