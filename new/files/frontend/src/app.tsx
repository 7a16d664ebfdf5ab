import { useEffect, useState } from "react";

async function greeting(signal: AbortSignal): Promise<string> {
  const answer = await fetch("/api/hello", { signal });
  if (!answer.ok) throw new Error(`/api/hello answers ${answer.status}`);
  return ((await answer.json()) as { message: string }).message;
}

export function App() {
  const [message, setMessage] = useState("…");

  useEffect(() => {
    const leaving = new AbortController();
    greeting(leaving.signal)
      .then(setMessage)
      .catch((error: unknown) => {
        if (!leaving.signal.aborted) setMessage(String(error));
      });
    return () => {
      leaving.abort();
    };
  }, []);

  return (
    <main>
      <h1>fastapi-react-aws</h1>
      <p>{message}</p>
    </main>
  );
}
