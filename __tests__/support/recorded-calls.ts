import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SERVICE_NAMES } from "../../modules/services/service-name";
import type { CheckedRequest } from "../../tools/live/aws/front";
import type { Permission } from "../../tools/live/aws/iam/permission";
import { RolesAtWork } from "./roles-at-work";

/** What Terraform and the command line asked AWS for: by step, then by action, each resource with the conditions' keys. */
type Written = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** What was asked for in one step. */
export interface RecordedStep {
  readonly step: string;
  readonly permissions: readonly Permission[];
}

const file = (profile: string) => join(__dirname, "..", "fixtures", "aws-calls", `${profile}.json`);

/**
 * The committed record of a profile.
 *
 * @param profile name of the profile
 * @param region its region, in which all was asked for
 */
export function readRecordedCalls(profile: string, region: string): readonly RecordedStep[] {
  const written = JSON.parse(readFileSync(file(profile), "utf8")) as Written;
  return Object.entries(written).map(([step, actions]) => ({
    step,
    permissions: Object.entries(actions).flatMap(([action, asked]) =>
      asked.map((one) => permissionOf(action, one, region)),
    ),
  }));
}

function permissionOf(action: string, text: string, region: string): Permission {
  const [resource = "", ...context] = text.split(" ");
  const keys = context.map((pair) => pair.split("=") as [string, string]);
  return { action, resource, context: { "aws:RequestedRegion": region, ...Object.fromEntries(keys) } };
}

/** Condition keys that the policies look at, beside the region. */
const CONTEXT_KEYS = ["dynamodb:LeadingKeys", "iam:AWSServiceName", "iam:PassedToService", "iam:PolicyARN"];

/** Collects what was asked, without what differs from run to run; of what differs by layer or service alone, one. */
export class CallRecorder {
  private readonly steps = new Map<string, Map<string, Map<string, string>>>();

  readonly note = ({ principal, permissions }: Pick<CheckedRequest, "principal" | "permissions">): void => {
    for (const { action, resource, context = {} } of permissions) {
      const keys = CONTEXT_KEYS.flatMap((key) => (context[key] === undefined ? [] : [`${key}=${context[key]}`]));
      const asked = [withoutIds(resource), ...keys].join(" ");
      const actions = this.steps.get(principal.task) ?? new Map<string, Map<string, string>>();
      const known = actions.get(action) ?? new Map<string, string>();
      const kind = kindOf(asked);
      const first = [known.get(kind) ?? asked, asked].sort()[0] ?? asked;
      this.steps.set(principal.task, actions.set(action, known.set(kind, first)));
    }
  };

  calls(): Written {
    const byName = <Value>(map: ReadonlyMap<string, Value>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      byName(this.steps).map(([step, actions]) => [
        step,
        Object.fromEntries(byName(actions).map(([action, asked]) => [action, [...asked.values()].sort()])),
      ]),
    );
  }
}

/** Ids that AWS makes up. */
function withoutIds(resource: string): string {
  return resource
    .replace(/\/[0-9a-f]{16}(?=\/|$)/g, "/0123456789abcdef")
    .replace(/\/(ns|srv)-[0-9a-z]+$/, "/$1-0123456789abcdef");
}

function kindOf(asked: string): string {
  return asked
    .replace(new RegExp(`(${SERVICE_NAMES.join("|")})(_otlp_\\w+|-otlp-\\w+)?`, "g"), "SERVICE")
    .replace(/\/\d\d-[a-z0-9-]+\//, "/LAYER/");
}

/** Applies, plans and destroys all layers of a profile and writes down what that took. Takes several minutes. */
async function record(profile: string): Promise<void> {
  const recorder = new CallRecorder();
  const work = await RolesAtWork.start(profile, [], recorder.note);
  try {
    const outcomes = [...(await work.apply("apply")), ...(await work.plan("plan")), ...(await work.destroy("destroy"))];
    for (const outcome of outcomes) {
      if (outcome.status !== "done") process.stdout.write(`${outcome.layer}: ${outcome.status}\n`);
    }
    for (const denial of work.front.denials()) process.stdout.write(`${JSON.stringify(denial)}\n`);
    writeFileSync(file(profile), `${JSON.stringify(recorder.calls(), undefined, 2)}\n`);
  } finally {
    await work.stop();
  }
}

// To record anew after a change of the layers or the provider: npx tsx __tests__/support/recorded-calls.ts target
if (require.main === module) void record(process.argv[2] ?? "target");
