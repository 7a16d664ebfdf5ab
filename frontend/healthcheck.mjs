/** The container's health check: exit code 0 when the server at $HOST:$PORT answers /healthz with 200. */
const { HOST = "0.0.0.0", PORT = "3000" } = process.env;
// The wildcard address can be bound, not called; a loopback address given by the process engine can be both.
const host = HOST === "0.0.0.0" ? "127.0.0.1" : HOST;

try {
  const response = await fetch(`http://${host}:${PORT}/healthz`, { signal: AbortSignal.timeout(2500) });
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
