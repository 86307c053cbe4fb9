import type { PolicyStatement } from "../../../modules/services/policy-document";

type Conditions = NonNullable<PolicyStatement["Condition"]>;

/** A statement that allows actions on resources. */
export function allow(
  Sid: string,
  Action: readonly string[],
  Resource: string | readonly string[],
  Condition?: Conditions,
): PolicyStatement {
  return { Sid, Effect: "Allow", Action, Resource, ...(Condition === undefined ? {} : { Condition }) };
}

/** For actions that know no resource, or none that has a name of ours: at least in this region alone. */
export function inRegion(region: string, further: Conditions = {}): Conditions {
  return { ...further, StringEquals: { ...further.StringEquals, "aws:RequestedRegion": region } };
}
