import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTerraform, findTerraform } from "../../../tools/terraform/binary";
import type * as Release from "../../../tools/terraform/release";

const mockHome = mkdtempSync(join(tmpdir(), "lgtm-test-"));
const downloaded = join(mockHome, "downloaded", "terraform");
const script = '#!/bin/sh\necho \'{"terraform_version": "1.11.4"}\'\n';
jest.mock<typeof Release>("../../../tools/terraform/release", () => ({
  ...jest.requireActual<typeof Release>("../../../tools/terraform/release"),
  downloadFolder: () => `${mockHome}/downloaded`,
}));

beforeAll(() => {
  mkdirSync(join(mockHome, "downloaded"));
  mkdirSync(join(mockHome, "bin"));
  writeFileSync(downloaded, script, { mode: 0o755 });
});
afterAll(() => {
  rmSync(mockHome, { recursive: true, force: true });
});

const without = { PATH: "/nowhere" };

test.each([
  ["finding", () => findTerraform(undefined, without)],
  ["ensuring", () => ensureTerraform({ env: without, report: () => undefined })],
])("%s: a downloaded copy that is not the published program is refused, not started", async (_what, look) => {
  await expect(look()).rejects.toMatchObject({
    exit: "missing",
    where: downloaded,
    what: expect.stringContaining("it was not started") as string,
  });
});

test("a Terraform on PATH is the user's own choice: it comes first, and the downloaded copy is not looked at", async () => {
  writeFileSync(join(mockHome, "bin", "terraform"), script, { mode: 0o755 });
  const found = await findTerraform(undefined, { PATH: `${join(mockHome, "bin")}:/bin:/usr/bin` });
  expect(found).toMatchObject({ version: "1.11.4", foundIn: "PATH" });
});
