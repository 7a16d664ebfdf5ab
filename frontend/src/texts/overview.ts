import { formatCount } from "@/shared/format";

export const texts = {
  title: "Overview",
  checkingAll: "Checking every part…",
  allWork: "All systems working",
  offline: "You’re offline, so the state of the stack is unknown",
  verdict: (down: number, attention: number, unknown: number) =>
    [
      down > 0 && `${formatCount(down)} ${down === 1 ? "part is" : "parts are"} down`,
      attention > 0 && `${formatCount(attention)} ${attention === 1 ? "needs" : "need"} attention`,
      unknown > 0 && `${formatCount(unknown)} unknown`,
    ]
      .filter(Boolean)
      .join(", "),
  whatToDo: "What to do",
  browser: "Your browser",
  states: { works: "Works", attention: "Needs attention", down: "Down", unknown: "Unknown" },
  updated: (time: string) => `Checked at ${time}`,
  every: "Refreshes every 5 seconds",
  up: (time: string) => `Back end up ${time}`,

  parts: {
    cloudfront: "CloudFront",
    balancer: "Load balancer",
    frontEnd: "Front end",
    backEnd: "Back end",
    database: "Database",
    bucket: "Bucket",
    mail: "Mail",
    cacheReset: "Cache reset",
  },
  checking: "Checking…",
  noAnswer: "No answer",
  noVersion: "No version",
  notTold: "Only the back end can tell",
  offlineFact: "You’re offline",
  version: "Version",
  theVersion: "the version",
  theTask: "the task’s id",
  theName: "the name",
  theAddress: "the address",
  theCommand: "the command",

  cache: {
    hit: "Served from cache",
    refreshhit: "Served from cache, revalidated",
    miss: "Passed through to the origin",
    error: "Answered with an error",
  } as Record<string, string>,
  cacheUnknown: "Cache state unknown",
  cacheUnknownDetail: "The answer doesn’t name CloudFront.",
  siteDown: "This address doesn’t answer. Check your network, then that the distribution is deployed and enabled.",
  answered: (time: string) => `Responds in ${time}`,
  answeredAtAll: "Responds",
  balancerDetail: "Routes the page and /api",
  balancerDown: "Neither service can be reached through it. Check its target groups and the services’ events.",
  frontEndDetail: "Serves this page",
  frontEndDown: (reason: string) =>
    `${reason}. This page still runs in your browser. Check the service’s events and its log.`,
  backEndDown: (reason: string) => `${reason}. Check the service’s events and its log.`,
  task: (id: string, zone: string | null) => `Task ${id}${zone ? ` in ${zone}` : ""}`,
  migration: (found: string, expected: string) =>
    found === expected ? `Migration ${found}` : `Migration ${found}, expects ${expected}`,
  expectsMigration: (expected: string) => `Expects migration ${expected}`,
  within: (time: string) => `in ${time}`,
  reachable: "Reachable",
  notReachable: "Not reachable",
  mailDetail: (verified: boolean | null, sandbox: boolean | null) => {
    const identity = verified ? "Verified" : verified === false ? "Not verified" : "Verification unknown";
    return sandbox ? `${identity}, in the SES sandbox` : identity;
  },
  neverReset: "Not reset yet",
  resetDetail: (status: string | null) => (status === "InProgress" ? "Last reset, in progress" : "Last reset"),
  resetWhen: "Runs when the front end changes",

  services: "Services",
  jobs: "Jobs",
  columns: {
    service: "Service",
    job: "Job",
    state: "State",
    tasks: "Tasks",
    version: "Version",
    deployed: "Deployed",
    lastRun: "Last run",
    schedule: "Schedule",
    log: "Log",
  },
  tasks: (started: number, wanted: number) => `${formatCount(started)} of ${formatCount(wanted)}`,
  inTheConsole: "Open it in the AWS console",
  deploying: "deploying…",
  running: (count: number) => `${formatCount(count)} running now`,
  notRun: "Hasn’t run yet",
  didNotStart: "didn’t start",
  ok: (time: string) => `OK in ${time}`,
  exitCode: (code: number) => `exit code ${code}`,
} as const;
