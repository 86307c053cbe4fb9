import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupFile, readBackup, writeBackup, type Backup } from "../../../tools/state/backup";
import { UserError } from "../../../tools/terminal/user-error";

const text = '{"version": 4, "snowman": "☃"}\n';
const backup: Backup = {
  format: "lgtm-state-backup-1",
  environment: "prod",
  profile: "baseline",
  account: "123456789012",
  madeAt: "2026-01-16T05:30:00.123Z",
  states: {
    "01-vpc": {
      bucket: "b",
      key: "k",
      serial: 3,
      lineage: "l",
      sha256: createHash("sha256").update(text).digest("hex"),
      text,
    },
  },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function refusalOf(content: string): UserError {
  const file = join(folder, "backup.json");
  writeFileSync(file, content);
  try {
    readBackup(file);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

test("what is written is read back, and no draft is left", () => {
  const file = join(folder, "new", "backup.json");

  writeBackup(backup, file);

  expect(readBackup(file)).toEqual(backup);
  expect(readdirSync(join(folder, "new"))).toEqual(["backup.json"]);
});

test("an existing file is never overwritten", () => {
  const file = join(folder, "backup.json");
  writeFileSync(file, "precious");

  expect(() => {
    writeBackup(backup, file);
  }).toThrow("The backup cannot be written: the file exists.");
  expect(existsSync(`${file}.${process.pid}.draft`)).toBe(false);
});

test("a folder gets a file named by environment and time", () => {
  const name = "prod-20260116T053000Z.lgtm-state.json";

  expect(backupFile(backup, folder, "/default")).toBe(join(folder, name));
  expect(backupFile(backup, undefined, "/default")).toBe(join("/default", name));
  expect(backupFile(backup, join(folder, "x.json"), "/default")).toBe(join(folder, "x.json"));
});

test.each([
  ["an empty file", "", /is empty/],
  ["half a backup", JSON.stringify(backup).slice(0, 200), /not JSON in UTF-8.*only a part/],
  ["a saved plan", "PK\u0003\u0004", /not JSON in UTF-8/],
  ["a state", '{"version": 4, "serial": 3, "lineage": "x", "resources": []}', /a state of Terraform, not a backup/],
  ["a plan", '{"format_version": "1.2", "resource_changes": []}', /a plan in Terraform's JSON form/],
  ["another JSON", "[]", /not a backup of states/],
  ["a later version's backup", JSON.stringify(backup).replace("backup-1", "backup-2"), /another version/],
  ["a changed state", JSON.stringify(backup).replace("☃", "x"), /state of 01-vpc differs from its SHA-256/],
  ["an unknown layer", JSON.stringify(backup).replace('"01-vpc"', '"99-x"'), /does not have: 99-x/],
])("%s is refused", (_what, content, message) => {
  const error = refusalOf(content);

  expect(error.what).toMatch(message);
  expect(error.exit).toBe("badInput");
  expect(error.where).toBe(join(folder, "backup.json"));
  // In words: nothing of how the check is written.
  expect(error.detail).toBeUndefined();
});

test("a file that is not there is said so", () => {
  expect(() => readBackup(join(folder, "nowhere"))).toThrow("There is no such file.");
});
