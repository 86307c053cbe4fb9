import { explainFailure, type Failure } from "../../../tools/terraform/explain";

function explain(output: string, parts: Partial<Failure> = {}) {
  return explainFailure({
    layer: "60-ecs",
    command: "plan",
    output,
    logFile: "/logs/60-ecs.log",
    firstLayers: ["00-bootstrap"],
    upstream: { vpc: "01-vpc", alb: "50-alb" },
    ...parts,
  });
}

describe("explainFailure", () => {
  test("an absent state bucket names the layer that makes it", () => {
    const error = explain(`Initializing the backend...
Error: Failed to get existing workspaces: S3 bucket "some-state" does not exist.

The referenced S3 bucket must have been previously created.`);

    expect(error.what).toBe("The bucket some-state that holds the state of 60-ecs does not exist.");
    expect(error.mend).toContain("apply 00-bootstrap first");
  });

  test("for the first layer itself it names ./lgtm state bootstrap", () => {
    const error = explain(`Error: Failed to get existing workspaces: S3 bucket "boot" does not exist.`, {
      layer: "00-bootstrap",
      firstLayers: [],
    });

    expect(error.mend).toContain("./lgtm state bootstrap");
  });

  test("a locked state names the holder and the lock", () => {
    const error = explain(`Error: Error acquiring the state lock

Error message: operation error DynamoDB: PutItem, ConditionalCheckFailedException
Lock Info:
  ID:        4b3f1c2e-0000-1111-2222-333344445555
  Path:      bucket/key
  Operation: OperationTypeApply
  Who:       ann@laptop
  Version:   1.11.4
  Created:   2026-01-16 05:30:00.1 +0000 UTC
  Info:      `);

    expect(error.what).toContain("ann@laptop");
    expect(error.what).toContain("2026-01-16 05:30:00.1");
    expect(error.what).toContain("(apply, lock id 4b3f1c2e-0000-1111-2222-333344445555)");
    expect(error.mend).toContain("./lgtm state unlock 60-ecs --id 4b3f1c2e");
  });

  test("an absent lock table is not taken for a lock", () => {
    const error = explain(`Error: Error acquiring the state lock

Error message: operation error DynamoDB: PutItem, https response error
StatusCode: 400, ResourceNotFoundException: Requested resource not found`);

    expect(error.what).toContain("table that locks the state of 60-ecs does not exist");
    expect(error.mend).toContain("00-bootstrap");
  });

  test("missing upstream outputs name the layers to apply first and the outputs", () => {
    const error = explain(`Error: Unsupported attribute

  on cdk.tf.json line 300, in resource.aws_ecs_service.tempo:
 300:  "subnets": "\${data.terraform_remote_state.vpc.outputs.private_subnet_ids}"
    ├────────────────
    │ data.terraform_remote_state.vpc.outputs is object with no attributes

This object does not have an attribute named "private_subnet_ids".

Error: Invalid index

 301: "\${data.terraform_remote_state.alb.outputs["target_group_arns"]["tempo"]}"`);

    expect(error.what).toBe(
      "60-ecs reads from 01-vpc, 50-alb, which has no output private_subnet_ids, target_group_arns yet.",
    );
    expect(error.mend).toBe("apply 01-vpc, then 50-alb first, then 60-ecs");
  });

  test("an index error that has nothing to do with another layer is shown as Terraform said it", () => {
    const error = explain("some plan text\nError: Invalid index\n\n  on cdk.tf.json line 3:\n  var.x[2]");

    expect(error.what).toBe("terraform plan failed in 60-ecs.");
    expect(error.detail).toMatch(/^Error: Invalid index/);
  });

  test("versioning that cannot be turned off names the setting", () => {
    const error = explain(
      "Error: versioning_configuration.status cannot be updated from 'Enabled' to 'Disabled'\n\n  with aws_s3_bucket_versioning.this",
      { layer: "15-s3" },
    );

    expect(error.mend).toContain("dataBucket.versioning");
    expect(error.mend).toContain('"Suspended"');
    expect(error.mend).toContain('"Enabled"');
  });

  test.each([
    ["Error: AWS account ID not allowed: 210987654321", "account 210987654321"],
    ["api error ExpiredToken: The security token included in the request is expired", "expired"],
    ["Error: No valid credential sources found", "no AWS credentials"],
    ["dial tcp 127.0.0.1:5000: connect: connection refused", "127.0.0.1:5000"],
    ["Error: Failed to query available provider packages", "provider could not be installed"],
  ])("%s", (output, expected) => {
    expect(explain(output).what).toContain(expected);
  });

  test("every explanation says where and what to do", () => {
    const error = explain("Error: something new\n\nmore");

    expect(error.render()).toBe(
      [
        "error: terraform plan failed in 60-ecs.",
        "  where: /logs/60-ecs.log",
        "  fix: read Terraform's message below; the log file holds everything it wrote",
        "  | Error: something new",
        "  | ",
        "  | more",
      ].join("\n"),
    );
  });
});
