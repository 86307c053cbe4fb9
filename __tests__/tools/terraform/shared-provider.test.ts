import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockedVersion, packagePath } from "../../../tools/terraform/provider";
import { sharedProvider } from "../../../tools/terraform/shared-provider";

let folder: string;
let packageFolder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
  packageFolder = join(folder, "package");
  mkdirSync(packageFolder);
  writeFileSync(join(packageFolder, "LICENSE.txt"), "");
  writeFileSync(join(packageFolder, "terraform-provider-aws_v5.100.0_x5"), "");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const settings = { region: "ap-northeast-2" };
const onMock = { AWS_ENDPOINT_URL: "http://127.0.0.1:5000" };

test("a layer on the mock has one", () => {
  expect(sharedProvider({ packageFolder, settings, env: onMock, logFolder: folder })).toBeDefined();
});

test.each([
  ["on an account", { env: {} }],
  ["on an endpoint that is not on this machine", { env: { AWS_ENDPOINT_URL: "https://mock.example.com" } }],
  ["in a layer without a provider, or with several", { settings: undefined }],
  ["when only the user's own CLI configuration knows where the provider is", { packageFolder: undefined }],
])("there is none %s", (_case, change) => {
  const options = { packageFolder, settings, env: onMock, logFolder: folder, ...change };

  expect(sharedProvider(options)).toBeUndefined();
});

test("there is none when the package has no program of that name", () => {
  rmSync(join(packageFolder, "terraform-provider-aws_v5.100.0_x5"));

  expect(sharedProvider({ packageFolder, settings, env: onMock, logFolder: folder })).toBeUndefined();
});

test("the provider is linked to where an init without it would link it, once", () => {
  const shared = sharedProvider({ packageFolder, settings, env: onMock, logFolder: folder });

  shared?.linkInto(join(folder, "layer"));
  shared?.linkInto(join(folder, "layer"));

  const link = join(folder, "layer", ".terraform", "providers", packagePath(lockedVersion()));
  expect(readlinkSync(link)).toBe(packageFolder);
});
