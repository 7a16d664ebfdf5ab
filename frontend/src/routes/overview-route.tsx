import { OverviewPage } from "@/features/overview/overview-page";
import { SelfTest } from "@/features/self-test/self-test";

export function OverviewRoute() {
  return (
    <>
      <OverviewPage />
      <SelfTest />
    </>
  );
}
