/** One's own password, and a link for another device. */
import { CopyButton, PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, ask } from "@/api/client";
import { useMe } from "@/frame/me";
import { Button } from "@/kit/Button";
import { Chip } from "@/kit/marks";
import { say } from "@/kit/notice";
import { Trouble } from "@/kit/states";
import { Time } from "@/kit/time";

export function You() {
  const navigate = useNavigate();
  const me = useMe().data;
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const change = useMutation({
    mutationFn: () => ask(() => api.POST("/api/v1/auth/password", { body: { current_password: current, new_password: fresh } })),
    onSuccess: () => { say("Your password is changed. Sign in with it; every other session has ended."); void navigate({ to: "/sign-in" }); },
  });
  const link = useMutation({ mutationFn: () => ask(() => api.POST("/api/v1/auth/one-time", {})) });
  return (
    <div style={{ display: "grid", gap: 16, gridTemplateColumns: "repeat(auto-fit, minmax(300px, 1fr))", maxWidth: 900 }}>
      <section className="card" aria-label="Your password">
        <div className="hd"><h2>{me?.name ?? me?.email ?? "You"}</h2><span className="sp" />{me?.roles.map((role) => <Chip key={role}>{role.replaceAll("_", " ")}</Chip>)}</div>
        <form className="col pad" style={{ gap: 12 }} onSubmit={(event: FormEvent) => { event.preventDefault(); change.mutate(); }}>
          <input type="hidden" autoComplete="username" value={me?.email ?? ""} readOnly />
          {change.error && <Trouble error={change.error} />}
          <PasswordInput label="Present password" required autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.currentTarget.value)} visibilityToggleButtonProps={{ "aria-label": "Show the present password" }} />
          <PasswordInput label="New password" description="At least ten characters" required minLength={10} autoComplete="new-password" value={fresh} onChange={(event) => setFresh(event.currentTarget.value)} visibilityToggleButtonProps={{ "aria-label": "Show the new password" }} />
          <div><Button kind="primary" type="submit" busy={change.isPending}>Change the password</Button></div>
        </form>
      </section>
      <section className="card" aria-label="Another device">
        <div className="hd"><h2>Another device</h2></div>
        <div className="col pad">
          <p className="t2">A link that signs you in once, within ten minutes. Whoever has it is you: send it to nobody else.</p>
          {link.error && <Trouble error={link.error} />}
          {link.data && <><code className="mono" style={{ overflowWrap: "anywhere" }}>{link.data.url}</code><div className="row"><CopyButton value={link.data.url}>{({ copied, copy }) => <Button size="s" icon={copied ? "check" : "clip"} onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}</CopyButton><span className="cap">until <Time at={link.data.expires_at} /></span></div></>}
          <div><Button icon="link" busy={link.isPending} onClick={() => link.mutate()}>{link.data ? "Another link" : "Make a link"}</Button></div>
        </div>
      </section>
    </div>
  );
}
