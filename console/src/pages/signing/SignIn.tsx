/** Signing in, by password or by a link that works once. */
import { PasswordInput, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { asProblem, type Problem } from "@/api/problem";
import { redeem, signIn } from "@/api/session";
import { Bare } from "@/frame/Frame";
import { Button } from "@/kit/Button";
import { Trouble } from "@/kit/states";

/** Only ways inside this console are followed. */
const inside = (next: unknown) => (typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : "/board");

export default function SignIn() {
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false }) as { next?: string };
  const [secret] = useState(() => location.hash.slice(1));
  const [error, setError] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(Boolean(secret));
  const begun = useRef(false);
  const [email, setEmail] = useState(() => sessionStorage.getItem("retinue.email") ?? "");
  const [password, setPassword] = useState("");

  useEffect(() => {
    if (!secret || begun.current) return; // a link works once, also under React's strict mode
    begun.current = true;
    history.replaceState(history.state, "", location.pathname + location.search);
    redeem(secret).then(() => navigate({ to: next ? inside(next) : "/welcome" }), (failed) => { setError(asProblem(failed)); setBusy(false); });
  }, [secret, next, navigate]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    sessionStorage.setItem("retinue.email", email);
    signIn(email, password).then(() => navigate({ to: inside(next) }), (failed) => { setError(asProblem(failed)); setBusy(false); });
  };
  return (
    <Bare>
      <h1 className="name" style={{ marginBottom: 4 }}>Sign in</h1>
      <p className="t2" style={{ marginBottom: 16 }}>{secret && busy ? "The link is being used." : next ? "Your session ended. What you wrote is kept and waits for you." : "With the address and password of your installation."}</p>
      {error && <div style={{ marginBottom: 12 }}><Trouble error={error} />{secret && <p className="cap" style={{ marginTop: 8 }}>A link works once, for ten minutes. <span className="mono">retinue demo</span> and a colleague's Settings make a new one.</p>}</div>}
      <form className="col" style={{ gap: 12 }} onSubmit={submit}>
        <TextInput label="E-mail" type="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.currentTarget.value)} autoFocus={!secret} />
        <PasswordInput label="Password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ "aria-label": "Show the password" }} />
        <Button kind="primary" size="l" type="submit" busy={busy}>Sign in</Button>
      </form>
      <p className="cap" style={{ marginTop: 16 }}>The first password of an installation is in <span className="mono">credentials.json</span> of its home.</p>
    </Bare>
  );
}
