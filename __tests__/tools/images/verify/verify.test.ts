import { rmSync } from "node:fs";
import { join } from "node:path";
import { profiles } from "../../../../common.config";
import { readServiceFiles } from "../../../../checks/source-file";
import { renderVerifications } from "../../../../tools/images/verify/report";
import { verifyService } from "../../../../tools/images/verify/verify";
import { withKey } from "../../../support/service-files";
import { dockerStandIn, makeFolder, standIn } from "../../../support/stand-ins";

const { target } = profiles;

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = makeFolder();
  env = { HOME: folder, PATH: join(folder, "path") };
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A Mimir that says its version, and otherwise does what it is told. */
function mimir(body: string): void {
  standIn(join(folder, "path", "mimir"), `[ "$1" = -version ] && { echo "Mimir, version 2.16.0 (x)"; exit; }\n${body}`);
}

describe("GIVEN a program on this machine", () => {
  test("THEN it gets the image's command, its own check, the baked config and the task's environment alone", async () => {
    mimir(`[ "$2" = -config.expand-env=true ] && [ "$3" = -modules ] || exit 9
/bin/grep -q '^multitenancy_enabled: true' "\${1#-config.file=}" || exit 8
[ "$MIMIR_S3_BUCKET" = jsj-lgtm-data-s3 ] && [ -z "$SECRET_OF_THE_USER" ] || exit 7`);
    const result = await verifyService("mimir", { platform: target, env: { ...env, SECRET_OF_THE_USER: "x" } });
    expect(result).toMatchObject({
      result: "ok",
      version: "2.16.0",
      detail: "",
      checked: expect.stringContaining("-modules") as string,
    });
  });

  test("that refuses the config THEN what it said is passed on", async () => {
    mimir('echo "field foo not found in type x" >&2; exit 1');
    const result = await verifyService("mimir", { platform: target, env });
    expect(result).toMatchObject({ result: "refused", detail: "field foo not found in type x" });
    expect(renderVerifications([result])).toMatch(/REFUSED[\s\S]*mimir \(REFUSED\):\n {2}field foo/);
  });

  test("that takes what is dangerous THEN the rules refuse it", async () => {
    mimir("exit 0");
    const files = withKey("runtime_config.file", "s3://b/c")(readServiceFiles("mimir"));
    const result = await verifyService("mimir", { platform: target, env, files });
    expect(result).toMatchObject({
      result: "refused",
      detail: expect.stringContaining("[mimir-runtime-config-local, I08]") as string,
    });
  });
});

test("GIVEN no program THEN the service is named, with how to get it", async () => {
  const result = await verifyService("loki", { platform: target, env });
  expect(result).toMatchObject({
    result: "missing",
    detail: expect.stringMatching(/no loki 3\.5\.1.*LGTM_BINARIES/) as string,
  });
});

describe("GIVEN an image", () => {
  const image = "lgtm-tempo:2.9.0-20260116-043000";

  test("THEN its own program is the entrypoint and judges the config in it", async () => {
    const docker = dockerStandIn(folder, 'echo "tempo, version 2.9.0 (x)"');
    const result = await verifyService("tempo", { platform: target, image, env: docker.env });
    expect(result).toMatchObject({ result: "ok", program: image, version: "2.9.0" });
    const [version, check] = docker.calls();
    expect(version).toBe(`run --rm --network none --entrypoint /tempo ${image} -version`);
    expect(check).toMatch(/^run --rm --network none --env \w+=/);
    expect(check).toContain("--env TEMPO_S3_BUCKET=jsj-lgtm-data-s3");
    expect(check).toMatch(
      new RegExp(
        `--entrypoint /tempo ${image} -config.file=/etc/tempo/config.yaml -config.expand-env=true -config.verify=true$`,
      ),
    );
  });

  test("of another version THEN it is refused", async () => {
    const docker = dockerStandIn(folder, 'echo "tempo, version 2.8.0 (x)"');
    await expect(verifyService("tempo", { platform: target, image, env: docker.env })).rejects.toMatchObject({
      exit: "negative",
      what: "The image holds tempo 2.8.0, not 2.9.0.",
    });
  });

  test("that Docker cannot run THEN Docker's message is passed on", async () => {
    const docker = dockerStandIn(folder, 'echo "No such image" >&2; exit 125');
    await expect(verifyService("tempo", { platform: target, image, env: docker.env })).rejects.toMatchObject({
      exit: "failed",
      detail: expect.stringContaining("No such image") as string,
    });
  });

  test("of Grafana THEN its version is read, and that it has no check is said", async () => {
    const docker = dockerStandIn(folder, 'echo "grafana version 12.1.0"');
    const result = await verifyService("grafana", { platform: target, image: "lgtm-grafana:1", env: docker.env });
    expect(result).toMatchObject({ result: "unchecked", version: "12.1.0" });
    expect(docker.calls()).toHaveLength(1);
  });
});
