import { join } from "node:path";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { dynamoDbClient, s3Client } from "../../../tools/mock/s3";
import { attachMock } from "../../../tools/mock/server";
import { findRecord, listRecords, type RehearsalRecord } from "../../../tools/rehearse/record";
import { resume } from "../../../tools/rehearse/rehearse";
import { runLgtm, type LgtmRun } from "../../support/lgtm-process";
import { processesIn } from "../../support/processes";

jest.setTimeout(900_000);

const onLinux = process.platform === "linux" ? describe : describe.skip;

/** The record of the rehearsal that a run of `./lgtm` left behind. */
function keptBy({ stdout }: LgtmRun): RehearsalRecord {
  const run = /--resume (\S+?)`/.exec(stdout)?.[1];
  return findRecord(run ?? "none", listRecords());
}

async function heldLocks(record: RehearsalRecord): Promise<readonly string[]> {
  const mock = await attachMock(record.mock);
  if (mock === undefined) throw new Error("the mock is gone");
  const dynamoDb = dynamoDbClient(mock);
  const { Items = [] } = await dynamoDb.send(new ScanCommand({ TableName: "jsj-lgtm-terraform-lock-prod" }));
  return Items.flatMap(({ LockID, Info }) => (Info === undefined ? [] : [LockID?.S ?? ""]));
}

async function putObject(record: RehearsalRecord, Bucket: string, Key: string): Promise<void> {
  const mock = await attachMock(record.mock);
  if (mock === undefined) throw new Error("the mock is gone");
  const s3 = s3Client(mock);
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: "data" }));
  s3.destroy();
}

// Skipped elsewhere: without /proc the test cannot find the Terraform that it kills.
onLinux("GIVEN a rehearsal of the network", () => {
  test("WHEN Terraform is killed in mid-apply THEN the mock is kept, and --resume ends as if nothing had been", async () => {
    let isKilled = false;
    const cut = await runLgtm(["rehearse", "--layer", "01-vpc", "--layer", "15-s3"], {
      onLine: (line, pid) => {
        if (isKilled || !/^01-vpc\s+apply \+17$/.test(line)) return;
        isKilled = true;
        // Some resources are made by then; the NAT gateways take longer.
        setTimeout(() => {
          // Others rehearse at the same time: its own folder ends with its process id.
          const own = listRecords().find(({ runFolder }) => runFolder.endsWith(`-${pid}`));
          const folder = own?.runFolder ?? "none";
          for (const { pid, command } of processesIn(join(folder, "out", "stacks", "01-vpc"))) {
            if (command.includes("terraform apply")) process.kill(pid, "SIGKILL");
          }
        }, 8_000);
      },
    });
    expect(cut.code).toBe(3);
    expect(cut.stdout).toContain("terraform apply in 01-vpc was ended by SIGKILL");
    expect(cut.stdout).toContain("The rehearsal was cut short. Its mock of AWS runs on");
    const record = keptBy(cut);
    expect(await heldLocks(record)).toEqual(["jsj-lgtm-terraform-state-prod/lgtm-ecs/prod/01-vpc/terraform.tfstate"]);

    const run = record.runFolder.split("/").at(-1) ?? "";
    const resumed = await runLgtm(["rehearse", "--resume", run, "--keep"]);
    expect(resumed.stdout).toMatch(/3 of 3 layers ok/);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain("Released the lock that was left on");
    expect(await heldLocks(record)).toEqual([]);

    // GIVEN objects in the data bucket, and a configuration that does not let destroy delete them
    await putObject(record, "jsj-lgtm-data-s3", "blocks/one");
    // WHEN the data stays THEN the destroy is refused before anything is touched
    const withData = { parallel: 2, mode: "silent", keep: false, leaveData: true } as const;
    await expect(resume(record, withData)).rejects.toThrow(
      /The data bucket jsj-lgtm-data-s3 holds objects \(blocks\/one …\)/,
    );
    expect(processesIn(record.runFolder)).toEqual([]);
  });

  test("WHEN the user presses Ctrl-C in mid-apply THEN it ends with 130, keeps the mock, and --resume goes on to the end", async () => {
    let isInterrupted = false;
    const cut = await runLgtm(["rehearse", "--layer", "05-cloudwatch-logs"], {
      onLine: (line, pid) => {
        if (isInterrupted || !/^05-cloudwatch-logs\s+apply \+6$/.test(line)) return;
        isInterrupted = true;
        process.kill(pid, "SIGINT");
      },
    });
    expect(cut.code).toBe(130);
    expect(cut.stdout).toContain("The rehearsal was cut short. Its mock of AWS runs on");
    const record = keptBy(cut);
    expect(processesIn(record.runFolder).filter(({ command }) => command.includes("terraform"))).toEqual([]);

    const resumed = await runLgtm(["rehearse", "--resume", record.runFolder.split("/").at(-1) ?? ""]);
    expect(resumed.stdout).toMatch(/2 of 2 layers ok/);
    expect(resumed.code).toBe(0);
    expect(processesIn(record.runFolder)).toEqual([]);
  });
});

describe("GIVEN two rehearsals", () => {
  test("WHEN they run side by side THEN they do not disturb each other", async () => {
    const both = await Promise.all([1, 2].map(() => runLgtm(["rehearse", "--layer", "00-bootstrap"])));
    expect(both.map(({ code, stdout }) => [code, stdout.includes("1 of 1 layer ok")])).toEqual([
      [0, true],
      [0, true],
    ]);
  });
});
