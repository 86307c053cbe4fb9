import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { dynamoDbClient, s3Client } from "../../../tools/mock/s3";
import { attachMock } from "../../../tools/mock/server";
import { findRecord, listRecords, type RehearsalRecord } from "../../../tools/rehearse/record";
import { rehearse, resume, stopKept } from "../../../tools/rehearse/rehearse";
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

// Skipped elsewhere: without /proc the test cannot find the Terraform that it kills.
onLinux("GIVEN a rehearsal of the network", () => {
  test("WHEN Terraform is killed in mid-apply THEN the mock is kept, and --resume ends as if nothing had been", async () => {
    let isKilled = false;
    const cut = await runLgtm(["rehearse", "--layer", "01-vpc"], {
      onLine: (line, pid) => {
        if (isKilled || !/^01-vpc\s+apply \+17$/.test(line)) return;
        isKilled = true;
        // Some resources are made by then; the NAT gateways take longer.
        setTimeout(() => {
          // Others rehearse at the same time: its own folder ends with its process id.
          const own = listRecords().find(({ runFolder }) => runFolder.endsWith(`-${pid}`));
          const folder = own?.runFolder ?? "none";
          for (const { pid, command } of processesIn(folder)) {
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
    expect(resumed.stdout).toMatch(/2 of 2 layers ok/);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain("Released the lock that was left on");
    expect(await heldLocks(record)).toEqual([]);

    expect((await runLgtm(["rehearse", "--stop", run])).stdout).toContain("has ended");
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

describe("GIVEN objects in the data bucket, and a configuration that does not let destroy delete them", () => {
  test("WHEN the data stays THEN the destroy is refused before anything is touched", async () => {
    const options = { parallel: 2, mode: "silent" } as const;
    const applied = await rehearse({ ...options, layers: ["15-s3"], keep: true });
    const record = applied.kept;
    if (record === undefined) throw new Error("the mock was not kept");
    try {
      const mock = await attachMock(record.mock);
      if (mock === undefined) throw new Error("the mock is gone");
      const s3 = s3Client(mock);
      await s3.send(new PutObjectCommand({ Bucket: "jsj-lgtm-data-s3", Key: "blocks/one", Body: "data" }));

      await expect(resume(record, { ...options, keep: false, leaveData: true })).rejects.toThrow(
        /The data bucket jsj-lgtm-data-s3 holds objects \(blocks\/one …\)/,
      );
    } finally {
      await stopKept(record);
    }
  });

  test("two rehearsals side by side do not disturb each other", async () => {
    const both = await Promise.all([1, 2].map(() => runLgtm(["rehearse", "--layer", "00-bootstrap"])));
    expect(both.map(({ code, stdout }) => [code, stdout.includes("1 of 1 layers ok")])).toEqual([
      [0, true],
      [0, true],
    ]);
  });
});
