import { useEffect, useRef, useState } from "react";
import { runSteps, type Result } from "@/features/self-test/runner";
import { selfTestSteps } from "@/features/self-test/steps";
import { texts } from "@/texts/self-test";

export interface StepState {
  name: string;
  result: Result;
}

const WAITING: Result = { status: "waiting" };

function allWaiting(): StepState[] {
  return selfTestSteps("")
    .flat()
    .map(({ name }) => ({ name, result: WAITING }));
}

/** The self-test's steps as they stand, and the way to start it, as often as one likes. */
export function useSelfTest() {
  const [steps, setSteps] = useState(allWaiting);
  const [running, setRunning] = useState(false);
  const leaving = useRef(new AbortController());

  useEffect(() => {
    const controller = new AbortController();
    leaving.current = controller;
    // Whoever leaves the page does not wait for the rest; what was made is still cleaned up.
    return () => {
      controller.abort();
    };
  }, []);

  async function run() {
    setRunning(true);
    setSteps(allWaiting());
    const name = texts.name(new Date().toISOString().slice(0, 19).replace("T", " "));
    await runSteps(
      selfTestSteps(name),
      (index, result) => {
        setSteps((current) => current.map((step, at) => (at === index ? { ...step, result } : step)));
      },
      leaving.current.signal,
    );
    setRunning(false);
  }

  return { steps, running, run };
}
