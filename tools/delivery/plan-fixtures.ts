import { planStates, type PlanStatesOptions } from "./adoption/plan-states";
import { planOf, reportedPlan } from "./make-plan";
import { buildReport, type PlanReport } from "./report/plan-report";

/**
 * Plans layers against the committed state files on a mock of AWS and builds the report that an approver would read. No
 * plan is kept, so nothing can be applied from it.
 * @throws UserError when a layer cannot be planned
 */
export async function reportOnFixtures(options: Omit<PlanStatesOptions, "command" | "fixtures">): Promise<PlanReport> {
  const { profile, outcomes } = await planStates({ ...options, command: "plan", fixtures: true });
  return buildReport(
    outcomes.map((outcome) => reportedPlan(planOf(outcome))),
    {
      profile,
      selection: "Planned on the committed state files, without AWS: nothing can be applied from this.",
    },
  );
}
