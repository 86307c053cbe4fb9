import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { profiles } from "../../../common.config";
import { readServiceFiles } from "../../../checks/source-file";
import { SERVICE_NAMES } from "../../../modules/services/service-name";
import { mayHaveBinary } from "../../../tools/images/binaries/find-binary";
import type { Trial } from "../../../tools/live/engine-input";
import { groundLacks } from "../../../tools/live/ground/enter";
import { prepareLive, runLive, type LiveResult } from "../../../tools/live/live";
import { renderLive } from "../../../tools/live/render-live";
import { makeStandIns, putStandIns } from "../../../tools/images/stand-ins";
import { attachMock, type Mock } from "../../../tools/mock/server";
import { loadProfile } from "../../../tools/layers/profile";
import { findRecord } from "../../../tools/rehearse/record";
import type { RehearsalRow } from "../../../tools/rehearse/report";
import type { PlanReport } from "../../../tools/delivery/report/plan-report";
import { mockEnvironment } from "../../../tools/layers/environment";
import { runLgtm, type LgtmRun } from "../../support/lgtm-process";
import { processesIn, processesWritingTo } from "../../support/processes";

jest.setTimeout(1_200_000);

interface Report {
  readonly good: boolean;
  readonly cutShort: boolean;
  readonly runFolder: string;
  readonly layers: readonly RehearsalRow[];
}

/** What `./lgtm plan --json` prints. */
interface Planned {
  readonly manifest: string;
  readonly sha256: string;
  readonly report: PlanReport;
}

/** What `./lgtm apply --json` prints. */
interface Applied {
  readonly layers: readonly { readonly layer: string; readonly how?: string }[];
}

/** Name of a rehearsal's run folder. */
function runOf({ runFolder }: Report): string {
  return basename(runFolder);
}

/** Whatever leads to AWS in a user's shell leads into this trap, which nobody may enter. */
let trap: Server;
let trapped: string[];
let traps: NodeJS.ProcessEnv;

beforeAll(async () => {
  trapped = [];
  trap = createServer((request, response) => {
    trapped.push(`${request.method ?? ""} ${request.headers.host ?? ""}${request.url ?? ""}`);
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
  traps = {
    AWS_PROFILE: "production",
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_S3: url,
    AWS_ENDPOINT_URL_STS: url,
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_EC2: url,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: url,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
    AWS_SESSION_TOKEN: "a session of production",
    TF_CLI_ARGS: "-no-such-option",
    TF_WORKSPACE: "production",
  };
});

afterAll(() => {
  trap.close();
});

/** Whether the services can run here; test names give the reason why not. */
const lacksLive = reasonAgainstLive();
const liveTest =
  lacksLive === undefined
    ? test
    : (name: string, run: () => void) => {
        test.skip(`${name} (skipped: ${lacksLive})`, run);
      };

function reasonAgainstLive(): string | undefined {
  const lacks = groundLacks();
  if (lacks !== undefined) return `this machine lacks ${lacks}`;
  const missing = SERVICE_NAMES.filter(
    (service) => !mayHaveBinary({ service, platform: profiles.target, mayCopy: false }),
  );
  return missing.length === 0 ? undefined : `no program of ${missing.join(", ")}`;
}

/** Incident 4 of the history, as its config was. */
const brokenPyroscope: Trial = {
  service: "pyroscope",
  label: "I04",
  replaced: readServiceFiles("pyroscope")
    .filter(({ path }) => path.endsWith("config.yaml"))
    .map(({ path, text }) => ({ path, text: text.replace("storage_prefix:", "prefix:") })),
};

/** Folder of the services' logs. */
function logFolderOf({ runFolder }: Report): string {
  return join(runFolder, "logs", "live");
}

async function mockOf(report: Report): Promise<Mock> {
  const mock = await attachMock(findRecord(runOf(report)).mock);
  if (mock === undefined) throw new Error("the mock is gone");
  return mock;
}

describe("GIVEN a platform's first day on `target`, in a shell full of settings that lead to AWS", () => {
  let firstDay: Report;

  test("WHEN there are no images THEN all else is applied, it stops before the tasks with 6, and says what to do", async () => {
    const { code, stdout } = await runLgtm(["rehearse", "--profile", "target", "--no-images", "--keep", "--json"], {
      env: traps,
    });
    firstDay = JSON.parse(stdout) as Report;
    const results = Object.fromEntries(firstDay.layers.map(({ layer, result }) => [layer, result]));

    expect(code).toBe(6);
    expect(results["60-ecs"]).toBe("failed");
    expect(firstDay.layers.filter(({ actions }) => actions === "-").map(({ layer }) => layer)).toEqual(["60-ecs"]);
    const said = firstDay.layers.at(-1)?.problems.join("\n") ?? "";
    for (const service of ["mimir", "loki", "tempo", "pyroscope", "grafana", "alloy"]) {
      expect(said).toContain(`${service}: ECR has no image lgtm-${service}@sha256:`);
    }
    expect(said).toContain("there is no secret lgtm/grafana-admin-password");
    expect(said).toMatch(/docker push .*\/lgtm-tempo:2\.9\.0-/);
  });

  test("WHEN it goes on with images THEN every layer is applied and planned again empty", async () => {
    const { code, stdout } = await runLgtm(["rehearse", "--resume", runOf(firstDay), "--keep", "--json"], {
      env: traps,
    });
    const report = JSON.parse(stdout) as Report;

    expect(report.layers.flatMap(({ layer, problems }) => problems.map((problem) => `${layer} ${problem}`))).toEqual(
      [],
    );
    expect(code).toBe(0);
    expect(report.layers.map(({ result }) => result)).toEqual(Array<string>(11).fill("kept"));
    expect(report.layers.map(({ secondPlan }) => secondPlan)).toEqual(Array<string>(11).fill("empty"));
    expect(report.layers.find(({ layer }) => layer === "60-ecs")?.actions).toBe("+14");
  });

  test("THEN nothing went into the traps", () => {
    expect(trapped).toEqual([]);
  });

  describe("WHEN the services run on it, behind the emulated load balancer", () => {
    let live: LiveResult;
    let mostSeen = 0;

    beforeAll(async () => {
      const profile = loadProfile("target");
      if (lacksLive !== undefined) return;
      const { runFolder } = firstDay;
      const look = setInterval(() => {
        mostSeen = Math.max(mostSeen, processesWritingTo(logFolderOf(firstDay)).length);
      }, 1000);
      live = await runLive({
        profile,
        programs: await prepareLive(profile),
        mock: await mockOf(firstDay),
        runFolder,
        mode: "silent",
        keep: false,
        trials: [brokenPyroscope],
        note: () => undefined,
      }).finally(() => {
        clearInterval(look);
      });
    });

    liveTest("THEN the smoke test is green, for every signal and tenant", () => {
      const { smoke, greenSeconds } = live.report;
      expect(smoke.rows.filter(({ state }) => state !== "ok")).toEqual([]);
      expect(smoke.rows.length).toBeGreaterThan(40);
      // From the first task's start, so no less than the smoke test alone; how long that is, is no test's business.
      expect(greenSeconds).toBeGreaterThanOrEqual(smoke.seconds);
    });

    liveTest("THEN each service became healthy, and stopped within its stop timeout", () => {
      expect(live.report.services).toHaveLength(6);
      for (const { service, result, stopSeconds = Infinity, stopTimeoutSeconds, killed } of live.report.services) {
        expect({ service, result, killed }).toEqual({ service, result: "completed", killed: false });
        expect(stopSeconds).toBeLessThan(stopTimeoutSeconds);
      }
    });

    liveTest("THEN no role was asked for more than it allows, and the bucket holds the declared prefixes only", () => {
      expect(live.report.denials).toEqual([]);
      expect(live.strayKeys).toEqual([]);
      expect(live.good).toBe(true);
    });

    liveTest("THEN a config of the history is ended by the circuit breaker, rolled back and recognized", () => {
      expect(live.report.trials).toEqual([{ service: "pyroscope", label: "I04", result: "failed", steadyAfter: true }]);
      expect(live.report.failures.map(({ service }) => service)).toEqual(["pyroscope", "pyroscope", "pyroscope"]);
      expect(live.report.failures[0]?.reason).toBe("Essential container in task exited (exit code 1)");
      expect(renderLive(live, "target")).toMatch(
        /FAILED: pyroscope-\d+: .*\n(.*\n){1,5} {2}looks like I04: .*\n {2}remedy: /,
      );
    });

    liveTest("THEN nothing of it is left", () => {
      // Each service was seen while it ran, so that none would go unseen now.
      expect(mostSeen).toBeGreaterThanOrEqual(SERVICE_NAMES.length);
      expect(processesWritingTo(logFolderOf(firstDay))).toEqual([]);
      expect(existsSync(join(firstDay.runFolder, "live"))).toBe(false);
    });
  });

  describe("WHEN staging is deployed beside it, by approved plans", () => {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-staging-"));
    const profile = loadProfile("staging");
    const { releasesFile, expected } = makeStandIns(profile, folder);
    let env: NodeJS.ProcessEnv;
    let mock: Mock;

    beforeAll(async () => {
      mock = await mockOf(firstDay);
      env = { ...mockEnvironment(mock.environment, folder), LGTM_RELEASES: releasesFile };
      expect((await runLgtm(["state", "bootstrap", "--profile", "staging"], { env })).code).toBe(0);
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    async function plan(name: string, ...layers: readonly string[]): Promise<LgtmRun & { readonly planned: Planned }> {
      const only = layers.flatMap((layer) => ["--layer", layer]);
      const run = await runLgtm(["plan", "--profile", "staging", "--out", join(folder, name), "--json", ...only], {
        env,
      });
      if (run.stdout === "") throw new Error(`nothing was planned: ${run.lines.join("\n")}`);
      return { ...run, planned: JSON.parse(run.stdout) as Planned };
    }
    async function apply({ manifest, sha256 }: Planned): Promise<Applied> {
      const args = ["apply", "--profile", "staging", "--manifest", manifest, "--sha256", sha256, "--json"];
      const { code, stdout, lines } = await runLgtm(args, { env });
      expect([code, lines.filter((line) => line.startsWith("error"))]).toEqual([0, []]);
      return JSON.parse(stdout) as Applied;
    }

    test("THEN without images all else is planned from nothing and applied after one approval", async () => {
      const { code, planned, lines } = await plan("first");
      expect(code).toBe(6);
      expect(lines.join("\n")).toContain("lgtm-staging-mimir");

      const { layers } = await apply(planned);

      expect(layers).toHaveLength(10);
      expect(layers.filter(({ how }) => how === "planned anew").length).toBeGreaterThan(5);
    });

    test("THEN with images the tasks are, and nothing collides with the other environment", async () => {
      await putStandIns(mock, expected);
      const { code, planned } = await plan("tasks", "60-ecs");
      expect(code).toBe(0);
      expect((await apply(planned)).layers).toMatchObject([{ layer: "60-ecs", how: "as approved" }]);
    });

    test("THEN both are as configured: plans of both change nothing", async () => {
      const layers = ["--layer", "20-iam", "--layer", "60-ecs"];
      const prod = { ...env, LGTM_RELEASES: join(firstDay.runFolder, "releases.json") };
      for (const [name, own] of [
        ["staging", env],
        ["target", prod],
      ] as const) {
        const args = ["plan", "--profile", name, "--out", join(folder, `${name}-again`), "--json", ...layers];
        const { report } = JSON.parse((await runLgtm(args, { env: own })).stdout) as Planned;
        expect([name, report.total]).toMatchObject([name, { create: 0, update: 0, replace: 0, delete: 0 }]);
      }
    });
  });

  test("WHEN its mock is stopped THEN no process is left, and whoever goes on with it is told", async () => {
    expect((await runLgtm(["rehearse", "--stop", runOf(firstDay)])).stdout).toContain("has ended");
    expect(processesIn(firstDay.runFolder)).toEqual([]);

    const { code, lines } = await runLgtm(["rehearse", "--resume", runOf(firstDay)]);

    expect(code).toBe(3);
    expect(lines.join("\n")).toMatch(/The mock of this rehearsal is gone .* its AWS and its states went with it/);
    expect(lines.join("\n")).toContain("start anew: `./lgtm rehearse`");
  });
});
