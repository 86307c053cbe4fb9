import { diagnoseFailure, renderFailureDiagnosis } from "../../../../tools/account/diagnose/after-failure";
import { UserError, type UserErrorParts } from "../../../../tools/terminal/user-error";
import type { Outcome } from "../../../../tools/layers/waves";

const failed = (layer: string, parts: Partial<UserErrorParts>): Outcome<unknown> => ({
  layer,
  status: "failed",
  seconds: 1,
  error: new UserError({ what: `terraform apply failed in ${layer}.`, mend: "x", ...parts }),
});
/** Nothing listens there: AWS cannot be asked. */
const env = { AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_MAX_ATTEMPTS: "1", HOME: "/nonexistent" };

test("an apply in which nothing failed, or that was refused, needs no diagnosis", async () => {
  expect(await diagnoseFailure([{ layer: "01-vpc", status: "done", seconds: 1, value: 1 }], { env })).toBeUndefined();
  expect(await diagnoseFailure([failed("60-ecs", { exit: "negative" })], { env })).toBeUndefined();
  expect(await diagnoseFailure([failed("60-ecs", { exit: "notReady" })], { env })).toBeUndefined();
});

test("what another layer failed with is recognized; services are not looked at", async () => {
  const error = { detail: "creating Service Discovery Service (mimir): ServiceAlreadyExists: Service already exists." };
  const found = await diagnoseFailure([failed("40-cloudmap", error)], { env });
  expect(found).toMatchObject({ looksLike: [{ id: "I27" }], services: [], notChecked: [] });
  expect(found === undefined ? "" : renderFailureDiagnosis(found)).toMatch(
    /I27: .*\n.*fix: .*`\.\/lgtm doctor --account`/,
  );
});

test("a diagnosis that fails does not hide the failure of the apply", async () => {
  const found = await diagnoseFailure([failed("60-ecs", {})], { profile: "target", env });
  expect(found?.notChecked).toHaveLength(1);
  expect(found === undefined ? "" : renderFailureDiagnosis(found)).toContain("could not be looked at: ");
});
