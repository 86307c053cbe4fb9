import {
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  ImageNotFoundException,
  RepositoryNotFoundException,
} from "@aws-sdk/client-ecr";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ReleasedTag } from "../../../../modules/config/image-version";
import { readReleases, type ImageDigest } from "../../../../modules/services/releases";
import { recordOnly } from "../../../../tools/images/release/record-only";
import { release } from "../../../../tools/images/release/release";
import { rollBack } from "../../../../tools/images/release/roll-back";
import { UserError } from "../../../../tools/terminal/user-error";
import { dockerStandIn, makeFolder, type DockerStandIn } from "../../../support/stand-ins";

/** Neither AWS nor a Docker engine is reached: `docker` is a script that records its calls, ECR answers what it is told. */
const ecr = mockClient(ECRClient);
const sts = mockClient(STSClient);
const uri = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/lgtm-tempo";
const tag = "2.9.0-20260116-043000" as ReleasedTag;
const now = new Date("2026-01-16T04:30:00Z");
const digest: ImageDigest = `sha256:${"a".repeat(64)}`;
const former: ImageDigest = `sha256:${"b".repeat(64)}`;
const password = "hunter2-password-of-ecr";

let folder: string;
let file: string;

beforeEach(() => {
  folder = makeFolder();
  file = join(folder, "releases.json");
  writeFileSync(file, JSON.stringify({ prod: { alloy: { tag: "1.9.2-20260101-000000" } }, staging: {} }));
  for (const mock of [ecr, sts]) mock.reset();
  sts.on(GetCallerIdentityCommand).resolves({ Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/me" });
  ecr.on(DescribeRepositoriesCommand).resolves({ repositories: [{ repositoryUri: uri }] });
  ecr.on(DescribeImagesCommand).resolves({ imageDetails: [{ imageDigest: digest }] });
  const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
  ecr.on(GetAuthorizationTokenCommand).resolves({ authorizationData: [{ authorizationToken }] });
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** @param fails the `docker` command that ends with 1; `version 9` makes the image hold another version */
function docker(fails = "none", version = "2.9.0"): DockerStandIn {
  return dockerStandIn(
    folder,
    [
      `[ "$1" = "${fails}" ] && { echo "no: password=${password}" >&2; exit 1; }`,
      `[ "$1" = login ] && cat > "${join(folder, "stdin")}"`,
      `[ "$1" = run ] && echo "tempo, version ${version}"`,
      "exit 0",
    ].join("\n"),
  );
}

function options(stand: DockerStandIn, said: string[] = []) {
  const env = { ...stand.env, LGTM_RELEASES: file, AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" };
  const say = (line: string) => said.push(line);
  return { service: "tempo" as const, platform: "linux/amd64", allowDirty: true, now, env, say };
}

async function failure(work: Promise<unknown>): Promise<UserError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error(`it did not fail as it should: ${String(error)}`);
}

/** Without what differs from checkout to checkout. */
const plain = (call: string) => call.replace(/\/\S*\/dockerfiles\//, "…/dockerfiles/").replace(/--label \S+ /, "");
const commands = (stand: DockerStandIn) => stand.calls().map((call) => call.split(" ")[0]);
const recorded = () => readReleases("prod", { LGTM_RELEASES: file });

test("builds, verifies, pushes under both tags, and records tag and digest", async () => {
  const stand = docker();
  const said: string[] = [];
  const done = await release(options(stand, said));

  expect(stand.calls().map((call) => plain(call))).toEqual([
    "version --format {{.Server.Version}}",
    `build --platform linux/amd64 --build-arg VERSION=2.9.0 --tag ${uri}:${tag} …/dockerfiles/tempo`,
    expect.stringMatching(new RegExp(`^run --rm .*--entrypoint /tempo ${uri}:${tag} `)),
    expect.stringMatching(/^run --rm .*-config\.verify=true/),
    "login --username AWS --password-stdin 123456789012.dkr.ecr.ap-northeast-2.amazonaws.com",
    `push ${uri}:${tag}`,
    `tag ${uri}:${tag} ${uri}:released-${tag}`,
    `push ${uri}:released-${tag}`,
    "logout 123456789012.dkr.ecr.ap-northeast-2.amazonaws.com",
  ]);
  expect(readFileSync(join(folder, "stdin"), "utf8")).toBe(password);
  expect(done).toMatchObject({ did: "released", environment: "prod", recorded: { tag, digest }, file });
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
    prod: { tempo: { tag, digest }, alloy: { tag: "1.9.2-20260101-000000" } },
    staging: {},
  });
  expect(`${stand.calls().join("\n")}${said.join("\n")}${JSON.stringify(done)}`).not.toContain(password);
});

test.each([
  ["build", ["version", "build"]],
  ["run", ["version", "build", "run"]],
  ["login", ["version", "build", "run", "run", "login"]],
  ["push", ["version", "build", "run", "run", "login", "push", "logout"]],
  ["tag", ["version", "build", "run", "run", "login", "push", "tag", "logout"]],
])("when docker %s fails, nothing after it is tried and nothing is recorded", async (command, calls) => {
  const stand = docker(command);
  const before = readFileSync(file, "utf8");
  const said: string[] = [];
  const error = await failure(release(options(stand, said)));
  expect(commands(stand)).toEqual(calls);
  expect(readFileSync(file, "utf8")).toBe(before);
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  expect(error.render()).not.toContain(password);
});

test("an image that holds another version than it was built from is not pushed", async () => {
  const stand = docker("none", "2.8.1");
  const error = await failure(release(options(stand)));
  expect(error.what).toContain("holds tempo 2.8.1, not 2.9.0");
  expect(commands(stand)).not.toContain("push");
});

test("if ECR shows another image under the second tag, nothing is recorded", async () => {
  ecr
    .on(DescribeImagesCommand, { imageIds: [{ imageTag: `released-${tag}` }] })
    .resolves({ imageDetails: [{ imageDigest: former }] });
  const error = await failure(release(options(docker())));
  expect(error.what).toContain("nothing is recorded");
  expect(recorded().tempo).toBeUndefined();
});

test("without Docker it says how to get it; without an engine too", async () => {
  const stand = docker();
  const env = { ...options(stand).env, PATH: join(folder, "empty") };
  const absent = await failure(release({ ...options(stand), env }));
  expect(absent).toMatchObject({ exit: "missing", what: "Docker is not installed here." });
  expect(absent.mend).toContain("https://docs.docker.com/get-docker/");
  expect(await failure(release(options(docker("version"))))).toMatchObject({
    exit: "missing",
    what: "No Docker engine answers.",
  });
});

test("a release file that is not as it should be is found out before the build", async () => {
  writeFileSync(file, '{"prod": {"tempo": {"tag": "latest"}}}');
  const stand = docker();
  const error = await failure(release(options(stand)));
  expect(error).toMatchObject({ exit: "badInput", detail: expect.stringContaining("prod.tempo.tag") as string });
  expect(stand.calls()).toEqual([]);
});

test("without a repository nothing is built", async () => {
  ecr.on(DescribeRepositoriesCommand).rejects(new RepositoryNotFoundException({ $metadata: {}, message: "none" }));
  const stand = docker();
  const error = await failure(release(options(stand)));
  expect(error.mend).toContain("apply 10-ecr");
  expect(commands(stand)).toEqual(["version"]);
});

test("in two steps, with a scan in between", async () => {
  const stand = docker();
  const built = await release({ ...options(stand), buildOnly: true });
  expect(built).toMatchObject({ did: "built", image: `${uri}:${tag}`, recorded: null });
  expect(commands(stand)).toEqual(["version", "build", "run", "run"]);
  const later = await release({ ...options(stand), built: tag, now: new Date("2027-01-01T00:00:00Z") });
  expect(later.recorded).toEqual({ tag, digest });
  expect(commands(stand).filter((command) => command === "build")).toHaveLength(1);
  expect(await failure(release({ ...options(docker("image")), built: tag }))).toMatchObject({ exit: "badInput" });
});

describe("roll back", () => {
  const target = () => options(docker());
  const present = { tag, digest, previous: { tag: "2.9.0-20260101-000000", digest: former } };

  beforeEach(() => {
    writeFileSync(file, JSON.stringify({ prod: { tempo: present } }));
    ecr
      .on(DescribeImagesCommand, { imageIds: [{ imageDigest: former }] })
      .resolves({ imageDetails: [{ imageDigest: former }] });
  });

  test("records the previous digest again, and twice leads back", async () => {
    const stand = docker();
    expect((await rollBack(options(stand))).recorded).toEqual({
      tag: "2.9.0-20260101-000000",
      digest: former,
      previous: { tag, digest },
    });
    expect((await rollBack(options(stand))).recorded).toEqual(present);
    expect(stand.calls()).toEqual([]);
  });

  test("refuses what ECR has no more", async () => {
    const gone = new ImageNotFoundException({ $metadata: {}, message: "gone" });
    ecr.on(DescribeImagesCommand, { imageIds: [{ imageDigest: former }] }).rejects(gone);
    expect(await failure(rollBack(target()))).toMatchObject({
      exit: "negative",
      what: expect.stringContaining("no longer has") as string,
    });
    expect(recorded().tempo).toEqual(present);
  });

  test("refuses where nothing was recorded before", async () => {
    writeFileSync(file, JSON.stringify({ prod: { tempo: { tag, digest } } }));
    expect((await failure(rollBack(target()))).mend).toContain("--record-only");
  });
});

test("an image that is in ECR is recorded without Docker, if the tag names the given digest", async () => {
  const stand = docker();
  expect((await recordOnly({ ...options(stand), tag })).recorded).toEqual({ tag, digest });
  expect(stand.calls()).toEqual([]);
  const other = await failure(recordOnly({ ...options(stand), tag, digest: former }));
  expect(other.what).toContain(`is ${digest}, not ${former}`);
});

test("staging is deployed nowhere, so nothing is released for it on an account", async () => {
  expect(await failure(release({ ...options(docker()), profile: "staging" }))).toMatchObject({ exit: "badInput" });
});
