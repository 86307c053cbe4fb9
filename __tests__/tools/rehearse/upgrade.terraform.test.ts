import { runLgtm, type LgtmRun } from "../../support/lgtm-process";

jest.setTimeout(1_800_000);

/** Where, among the lines of the way back, a layer's apply is done and where another's begins. */
function lineOf(lines: readonly string[], layer: string, text: RegExp): number {
  return lines.findIndex((line) => line.startsWith(`${layer} `) && text.test(line));
}

describe("GIVEN what runs today on the mock WHEN it goes to target and back", () => {
  let run: LgtmRun;

  beforeAll(async () => {
    run = await runLgtm(["rehearse", "--upgrade"]);
  });

  test("THEN every step holds", () => {
    expect(run.stdout).not.toContain("FAILED");
    expect(run.stdout).toContain("ok      today: addresses, instance keys and attributes equal the committed states");
    expect(run.stdout).toContain("ok      adopt baseline: moves only");
    expect(run.stdout).toContain("ok      to target: no delete, no replace");
    expect(run.stdout).toContain("ok      plan again: nothing to do");
    expect(run.stdout).toContain("ok      back to baseline: a plan after it is empty");
    expect(run.stdout).toContain("ok      destroy: everything is gone");
    expect(run.code).toBe(0);
  });

  test("THEN on the way back what reads goes first, so that nothing in use is removed", () => {
    const back = run.lines.slice(run.lines.indexOf("Back to baseline"));
    for (const [user, removed] of [
      ["60-ecs", "20-iam, deletions"],
      ["60-ecs", "50-alb, deletions"],
      ["60-ecs", "01-vpc"],
    ] as const) {
      const userIsDone = lineOf(back, user, /apply: /);
      const removalBegins = lineOf(back, removed, /(plan anew|apply [^:]*-\d+)$/);
      expect([removed, userIsDone >= 0 && userIsDone < removalBegins]).toEqual([removed, true]);
    }
    expect(run.stdout).toMatch(/order: .*20-iam \+.*→ 60-ecs → .*20-iam, deletions/);
  });
});
