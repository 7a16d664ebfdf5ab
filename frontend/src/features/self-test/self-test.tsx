import type { Result } from "@/features/self-test/runner";
import { useSelfTest, type StepState } from "@/features/self-test/use-self-test";
import { problemText } from "@/shared/api/problem";
import { formatMilliseconds } from "@/shared/format";
import { BusyButton } from "@/shared/ui/busy-button";
import { texts } from "@/texts/self-test";
import "@/features/self-test/self-test.css";

/** Uses every part once, as a person would, and shows how that went: one line until it is asked to. */
export function SelfTest() {
  const { steps, running, run } = useSelfTest();
  const begun = running || steps.some(({ result }) => result.status !== "waiting");

  return (
    <section className="self-test" aria-labelledby="self-test-title">
      <div className="self-test-head">
        <div>
          <h2 id="self-test-title">{texts.title}</h2>
          <p className="muted">{texts.lede}</p>
        </div>
        <p className="self-test-summary" role="status">
          {summary(steps, running)}
        </p>
        <BusyButton type="button" className="button" busy={running} onClick={() => void run()}>
          {begun && !running ? texts.again : texts.run}
        </BusyButton>
      </div>
      {begun && (
        <ol className="self-test-steps" aria-label={texts.title}>
          {steps.map(({ name, result }) => (
            <li key={name} className={`step step-${result.status}`}>
              <span className="step-name">{name}</span>
              <span className="step-seen">{seen(result)}</span>
              <span className="step-time">{"milliseconds" in result && formatMilliseconds(result.milliseconds)}</span>
              <span className="step-status">{texts.statuses[result.status]}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function seen(result: Result): string {
  if (result.status === "passed") return result.seen;
  return result.status === "failed" ? problemText(result.error) : "";
}

function summary(steps: readonly StepState[], running: boolean): string {
  const count = (...statuses: Result["status"][]) =>
    steps.filter(({ result }) => statuses.includes(result.status)).length;
  if (running) return texts.running(steps.length - count("waiting", "running"), steps.length);
  if (count("waiting") === steps.length) return "";
  const failed = count("failed");
  return failed === 0 ? texts.passed : texts.failed(failed, steps.length);
}
