import type { Result } from "@/features/self-test/runner";
import { useSelfTest, type StepState } from "@/features/self-test/use-self-test";
import { problemText } from "@/shared/api/problem";
import { formatMilliseconds } from "@/shared/format";
import "@/features/self-test/self-test.css";

/** Uses every part once, as a person would, and shows how that went. */
export function SelfTest() {
  const { steps, running, run } = useSelfTest();

  return (
    <section className="self-test" aria-labelledby="self-test-title">
      <div className="stack">
        <h2 id="self-test-title">Self-test</h2>
        <p className="self-test-text">
          Uses every part once through the ordinary API: an item, a file, and a mail to the configured address. It
          deletes what it made.
        </p>
        <div className="row">
          <button
            type="button"
            className="button button-primary"
            // Not disabled: the focus stays where it is.
            aria-disabled={running}
            onClick={() => {
              if (!running) void run();
            }}
          >
            Run the self-test
          </button>
        </div>
        <p className="self-test-summary" role="status">
          {summary(steps, running)}
        </p>
      </div>
      <ol className="self-test-steps" aria-label="Self-test">
        {steps.map(({ name, result }) => (
          <li key={name} className={`step step-${result.status}`}>
            <span className="step-name">{name}</span>
            <span className="step-seen">{seen(result)}</span>
            <span className="step-time">{"milliseconds" in result && formatMilliseconds(result.milliseconds)}</span>
            <span className="step-status">{WORDS[result.status]}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const WORDS: Record<Result["status"], string> = {
  waiting: "not run",
  running: "running…",
  passed: "passed",
  failed: "failed",
  skipped: "skipped",
};

function seen(result: Result): string {
  if (result.status === "passed") return result.seen;
  return result.status === "failed" ? problemText(result.error) : "";
}

function summary(steps: readonly StepState[], running: boolean): string {
  if (running) return "Running…";
  if (steps.every(({ result }) => result.status === "waiting")) return "";
  const failed = steps.filter(({ result }) => result.status === "failed").length;
  return failed === 0 ? "All steps passed" : `${failed} of ${steps.length} steps failed`;
}
