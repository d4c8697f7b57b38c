/** A client's owner takes over the account that was prepared for them. */
import { PasswordInput, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, ask } from "@/api/client";
import { asProblem, type Problem } from "@/api/problem";
import { signIn } from "@/api/session";
import { Bare } from "@/frame/Frame";
import { Button } from "@/kit/Button";
import { Trouble } from "@/kit/states";

export default function Claim() {
  const navigate = useNavigate();
  const [token] = useState(() => location.hash.slice(1));
  const [error, setError] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [values, setValues] = useState({ name: "", email: "", password: "" });
  const set = (name: keyof typeof values) => (event: { currentTarget: HTMLInputElement }) => { const { value } = event.currentTarget; setValues((now) => ({ ...now, [name]: value })); };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await ask(() => api.POST("/api/v1/clients/claim", { body: { token, ...values } }));
      await signIn(values.email, values.password);
      await navigate({ to: "/board" });
    } catch (failed) {
      setError(asProblem(failed));
      setBusy(false);
    }
  };
  if (!token) return <Bare><h1 className="name">Claim your account</h1><p className="t2" style={{ marginTop: 8 }}>This address lacks the secret after the #. Open the whole link from your invitation, or ask whoever invited you for a new one.</p></Bare>;
  return (
    <Bare>
      <h1 className="name">Claim your account</h1>
      <p className="t2" style={{ margin: "4px 0 16px" }}>Your agents, their documents and their conversations become yours.</p>
      {error && <div style={{ marginBottom: 12 }}><Trouble error={error} /></div>}
      <form className="col" style={{ gap: 12 }} onSubmit={submit}>
        <TextInput label="Your name" autoComplete="name" required maxLength={200} value={values.name} onChange={set("name")} />
        <TextInput label="E-mail" type="email" autoComplete="username" required value={values.email} onChange={set("email")} />
        <PasswordInput label="Password" description="At least ten characters" autoComplete="new-password" required minLength={10} value={values.password} onChange={set("password")} />
        <Button kind="primary" size="l" type="submit" busy={busy}>Claim</Button>
      </form>
    </Bare>
  );
}
