import { profiles } from "../../../common.config";
import { guardAccount, guardDeployment } from "../../../tools/aws/account-guard";
import type { AwsClients } from "../../../tools/aws/clients";
import type { AwsTarget } from "../../../tools/aws/target";
import { UserError } from "../../../tools/terminal/user-error";

const account: AwsTarget = { kind: "account" };
const mock: AwsTarget = { kind: "mock", endpoint: "http://127.0.0.1:5000" };
const baseline = { name: "baseline", config: profiles.baseline };
const target = { name: "target", config: profiles.target };
const staging = { name: "staging", config: profiles.staging };
const deployed = { prod: { profile: "baseline" } };

function refusal(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("guardDeployment", () => {
  test("an account takes the profile that its environment is deployed from", () => {
    expect(() => {
      guardDeployment(baseline, account, deployed);
    }).not.toThrow();
  });

  test("an account refuses another profile of the same environment and names the right one", () => {
    const error = refusal(() => {
      guardDeployment(target, account, deployed);
    });

    expect(error.what).toBe("Environment prod is deployed from profile baseline, not from target.");
    expect(error.mend).toContain("--profile baseline");
    expect(error.exit).toBe("badInput");
  });

  test("an account refuses an environment that is deployed nowhere", () => {
    const error = refusal(() => {
      guardDeployment(staging, account, deployed);
    });

    expect(error.what).toContain("staging");
    expect(error.where).toContain("deployments");
  });

  test("a mock takes every profile", () => {
    expect(() => {
      guardDeployment(staging, mock, deployed);
    }).not.toThrow();
  });
});

describe("guardAccount", () => {
  function callerOf(id: string): AwsClients {
    const answer = { Account: id, Arn: `arn:aws:sts::${id}:user/ann` };
    return { target: account, sts: { send: () => Promise.resolve(answer) } } as unknown as AwsClients;
  }
  const bound = { name: "baseline", config: { ...profiles.baseline, accountId: "111122223333" } };

  test("gives the caller when the account is the profile's", async () => {
    expect(await guardAccount(bound, callerOf("111122223333"))).toEqual({
      account: "111122223333",
      arn: "arn:aws:sts::111122223333:user/ann",
    });
  });

  test("refuses every other account, with both numbers", async () => {
    await expect(guardAccount(bound, callerOf("444455556666"))).rejects.toMatchObject({
      exit: "badInput",
      what: "The credentials belong to account 444455556666, but profile baseline is for account 111122223333.",
    });
  });

  test("a profile without account takes any", async () => {
    await expect(guardAccount(baseline, callerOf("444455556666"))).resolves.toMatchObject({ account: "444455556666" });
  });
});
