import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { profiles } from "../../../../common.config";
import { findBinary } from "../../../../tools/images/binaries/find-binary";
import { UserError } from "../../../../tools/terminal/user-error";
import { dockerStandIn, makeFolder, standIn } from "../../../support/stand-ins";

const { target } = profiles;
const says = (version: string) => `echo "tempo, version ${version} (branch: x, revision: y)"`;

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = makeFolder();
  env = { HOME: join(folder, "home"), PATH: join(folder, "path") };
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const inCache = (service: string, version: string) =>
  join(folder, "home", ".cache", "lgtm-on-ecs", "bin", service, version, service);

async function failure(search: Parameters<typeof findBinary>[0]): Promise<UserError> {
  try {
    await findBinary(search);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("it was found");
}

describe("GIVEN the program in several places", () => {
  test("THEN LGTM_BINARIES comes before the cache, and the cache before PATH", async () => {
    standIn(join(folder, "path", "tempo"), says("2.9.0"));
    expect(await findBinary({ service: "tempo", platform: target, env })).toMatchObject({
      foundIn: "PATH",
      version: "2.9.0",
    });
    standIn(inCache("tempo", "2.9.0"), says("2.9.0"));
    expect(await findBinary({ service: "tempo", platform: target, env })).toMatchObject({
      foundIn: "the project's folder",
    });
    standIn(join(folder, "given", "tempo"), says("2.9.0"));
    const given = { ...env, LGTM_BINARIES: join(folder, "given") };
    expect(await findBinary({ service: "tempo", platform: target, env: given })).toMatchObject({
      foundIn: "LGTM_BINARIES",
      path: join(folder, "given", "tempo"),
    });
  });

  test("THEN XDG_CACHE_HOME says where the cache is", async () => {
    standIn(join(folder, "xdg/lgtm-on-ecs/bin/tempo/2.9.0/tempo"), says("2.9.0"));
    const found = await findBinary({
      service: "tempo",
      platform: target,
      env: { ...env, XDG_CACHE_HOME: join(folder, "xdg") },
    });
    expect(found.path).toBe(join(folder, "xdg/lgtm-on-ecs/bin/tempo/2.9.0/tempo"));
  });

  test("THEN one of another version is passed over", async () => {
    standIn(inCache("tempo", "2.9.0"), says("2.8.0"));
    standIn(join(folder, "path", "tempo"), says("2.9.0"));
    expect(await findBinary({ service: "tempo", platform: target, env })).toMatchObject({ foundIn: "PATH" });
  });
});

describe("GIVEN a program of another version alone", () => {
  test("THEN it is not used, and the message says what was seen and where the right one goes", async () => {
    const path = standIn(join(folder, "path", "tempo"), says("2.8.0"));
    const { what, where, mend, exit } = await failure({ service: "tempo", platform: target, env });
    expect(exit).toBe("missing");
    expect(what).toBe("There is no tempo 2.9.0 on this machine.");
    expect(where).toContain(`${path} is 2.8.0`);
    expect(where).toContain("image grafana/tempo:2.9.0: no Docker engine runs here");
    expect(mend).toContain(join(folder, "home/.cache/lgtm-on-ecs/bin/tempo/2.9.0"));
    expect(mend).toContain("LGTM_BINARIES");
  });

  test("that the committed list names THEN it is used, and marked", async () => {
    const program = standIn(inCache("grafana", "12.4.0"), 'echo "grafana version 12.4.0"');
    expect(await failure({ service: "grafana", platform: target, env })).toMatchObject({
      where: expect.stringContaining("conf/") as string,
    });
    mkdirSync(join(program, "../conf"));
    writeFileSync(join(program, "../conf/defaults.ini"), "");
    expect(await findBinary({ service: "grafana", platform: target, env })).toMatchObject({
      version: "12.4.0",
      home: join(program, ".."),
      standsFor: { wanted: "12.1.0", reason: expect.stringMatching(/provisioning/) as string },
    });
  });
});

test("GIVEN a file that says no version THEN that is said", async () => {
  const path = standIn(join(folder, "path", "tempo"), "exit 1");
  expect((await failure({ service: "tempo", platform: target, env })).where).toContain(
    `${path} does not say its version`,
  );
});

describe("GIVEN a Docker engine", () => {
  const copies = `
case "$1" in
  version) echo 27.0 ;;
  create) echo pulling >&2; echo c0ffee ;;
  cp) printf '#!/bin/sh\\necho "alloy, version v1.9.2 (x)"\\n' > "$3"; chmod +x "$3" ;;
esac`;

  test("THEN the program is copied out of a container that is never started, and the container is removed", async () => {
    const docker = dockerStandIn(folder, copies);
    const found = await findBinary({ service: "alloy", platform: target, env: docker.env });
    expect(found).toMatchObject({
      version: "1.9.2",
      foundIn: "image grafana/alloy:v1.9.2",
      path: inCache("alloy", "1.9.2"),
    });
    expect(docker.calls()).toEqual([
      "version --format {{.Server.Version}}",
      "create --pull missing grafana/alloy:v1.9.2",
      expect.stringMatching(/^cp c0ffee:\/bin\/alloy .*\/alloy$/),
      "rm --volumes c0ffee",
    ]);
    // The second time, the copy is there.
    expect(await findBinary({ service: "alloy", platform: target, env: docker.env })).toMatchObject({
      foundIn: "the project's folder",
    });
    expect(docker.calls()).toHaveLength(4);
  });

  test("that cannot copy THEN the container is removed, nothing is left, and its message is told", async () => {
    const docker = dockerStandIn(
      folder,
      'case "$1" in create) echo c0ffee ;; cp) echo "no such file" >&2; exit 1 ;; esac',
    );
    const { where } = await failure({ service: "mimir", platform: target, env: docker.env });
    expect(where).toContain("image grafana/mimir:2.16.0: docker cp failed: no such file");
    expect(docker.calls().at(-1)).toBe("rm --volumes c0ffee");
    expect(readdirSync(join(folder, "home/.cache/lgtm-on-ecs/bin/mimir"))).toEqual([]);
  });

  test("that has no such image THEN its message is told", async () => {
    const docker = dockerStandIn(folder, 'case "$1" in create) echo "manifest unknown" >&2; exit 1 ;; esac');
    const { where } = await failure({ service: "loki", platform: target, env: docker.env });
    expect(where).toContain("docker create failed: manifest unknown");
    expect(docker.calls()).toHaveLength(2);
  });

  test("that must not be asked THEN it is not", async () => {
    const docker = dockerStandIn(folder, copies);
    await failure({ service: "alloy", platform: target, env: docker.env, mayCopy: false });
    expect(docker.calls()).toEqual([]);
    expect(existsSync(inCache("alloy", "1.9.2"))).toBe(false);
  });
});
