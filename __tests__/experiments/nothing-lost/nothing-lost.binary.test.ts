import { profiles } from "../../../common.config";
import { mayHaveBinary } from "../../../tools/images/binaries/find-binary";
import { groundLacks } from "../../../tools/live/ground/enter";
import { STORING_SERVICES, type StoringService } from "../../../experiments/nothing-lost/items/signal-items";
import { lossesIn } from "../../../experiments/nothing-lost/judge";
import { proveNothingLost } from "../../../experiments/nothing-lost/prove";
import { renderLosses } from "../../../experiments/nothing-lost/report";
import type { LossResult } from "../../../experiments/nothing-lost/result";
import { todaysImages } from "../../../experiments/nothing-lost/todays-images";

const { baseline, target } = profiles;

/** Seconds for all of it: starts, stops and reads of four services side by side. */
const RUN_SECONDS = 900;

const lacks = groundLacks();
const present = STORING_SERVICES.filter((service) => mayHaveBinary({ service, platform: target }));
let results: readonly LossResult[] = [];

/** A test that needs a service's program and namespaces, and says so in its name where one is missing. */
function testOf(service: StoringService, name: string, body: () => void): void {
  const why = lacks ?? (present.includes(service) ? undefined : `no ${service}; see ./lgtm verify ${service}`);
  if (why === undefined) test(name, body);
  else test.skip(`${name} (skipped: this machine lacks ${why})`, body);
}

function resultOf<Kind extends LossResult["kind"]>(service: StoringService, kind: Kind): LossResult & { kind: Kind } {
  const own = results.filter((result) => result.service === service);
  const found = own.find((result): result is LossResult & { kind: Kind } => result.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} of ${service}: ${JSON.stringify(own)}`);
  return found;
}

beforeAll(async () => {
  if (lacks !== undefined || present.length === 0) return;
  const today = { config: baseline, files: todaysImages() };
  ({ results } = await proveNothingLost({ config: target, services: present, today }));
  process.stdout.write(`${renderLosses(results)}\n`);
}, RUN_SECONDS * 1000);

describe.each(STORING_SERVICES)("GIVEN %s with its own program and config", (service) => {
  testOf(service, "WHEN it is stopped after a write THEN it reads all of it on an empty disk, in time", () => {
    const result = resultOf(service, "restart");
    expect(lossesIn(result)).toEqual([]);
    expect(result.items).toMatchObject({ written: 200, read: 200 });
    expect(result.stopSeconds).toBeLessThan(result.stopTimeoutSeconds);
  });

  testOf(service, "WHEN it is replaced under steady writes THEN no write is lost or refused for long", () => {
    const result = resultOf(service, "overlap");
    expect(lossesIn(result)).toEqual([]);
    // Written all the time that two tasks ran.
    expect(result.items.written).toBeGreaterThan(result.togetherSeconds);
  });

  testOf(service, "WHEN today's config has written THEN ours reads it", () => {
    expect(resultOf(service, "restart").today?.inBucket).toMatchObject({ written: 200, read: 200 });
  });
});

/** Control: with the programs' defaults these services keep what is in memory to themselves when they stop. */
describe.each(["mimir", "loki", "tempo"] as const)(
  "GIVEN %s with a config that does not flush at the stop",
  (service) => {
    testOf(service, "THEN the loss is seen", () => {
      expect(resultOf(service, "restart").today?.atStop).toMatchObject({ written: 200, read: 0 });
    });
  },
);
