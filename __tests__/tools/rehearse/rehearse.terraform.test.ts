import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { listRecords } from "../../../tools/rehearse/record";
import type { RehearsalRow } from "../../../tools/rehearse/report";
import { runLgtm } from "../../support/lgtm-process";
import { processesIn } from "../../support/processes";

jest.setTimeout(1_200_000);

interface Report {
  readonly good: boolean;
  readonly cutShort: boolean;
  readonly runFolder: string;
  readonly layers: readonly RehearsalRow[];
  readonly emptied: readonly { readonly bucket: string; readonly versions: number }[];
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

  test("WHEN it goes on with images THEN every layer is applied, planned again empty, and destroyed", async () => {
    const run = firstDay.runFolder.split("/").at(-1) ?? "";
    const { code, stdout } = await runLgtm(["rehearse", "--resume", run, "--json"], { env: traps });
    const report = JSON.parse(stdout) as Report;

    expect(report.layers.flatMap(({ layer, problems }) => problems.map((problem) => `${layer} ${problem}`))).toEqual(
      [],
    );
    expect(code).toBe(0);
    expect(report.layers.map(({ result }) => result)).toEqual(Array<string>(11).fill("ok"));
    expect(report.layers.map(({ secondPlan }) => secondPlan)).toEqual(Array<string>(11).fill("empty"));
    expect(report.layers.find(({ layer }) => layer === "60-ecs")?.actions).toBe("+14");
    expect(report.emptied.map(({ bucket }) => bucket).sort()).toEqual([
      "jsj-lgtm-data-s3",
      "jsj-lgtm-terraform-state-prod",
    ]);
    expect(report.emptied.find(({ bucket }) => bucket.endsWith("state-prod"))?.versions).toBeGreaterThan(10);
  });

  test("THEN nothing went into the traps, and no process is left", () => {
    expect(trapped).toEqual([]);
    expect(processesIn(firstDay.runFolder)).toEqual([]);
    expect(listRecords().find(({ runFolder }) => runFolder === firstDay.runFolder)).toBeDefined();
  });

  test("WHEN someone goes on with it THEN the message says that its AWS and states are gone", async () => {
    const run = firstDay.runFolder.split("/").at(-1) ?? "";
    const { code, lines } = await runLgtm(["rehearse", "--resume", run]);

    expect(code).toBe(3);
    expect(lines.join("\n")).toMatch(/The mock of this rehearsal is gone .* its AWS and its states went with it/);
    expect(lines.join("\n")).toContain("start anew: `./lgtm rehearse`");
  });
});
