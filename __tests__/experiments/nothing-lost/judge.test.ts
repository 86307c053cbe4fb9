import { ALL_ITEMS } from "../../../experiments/nothing-lost/items/all-items";
import { STORING_SERVICES } from "../../../experiments/nothing-lost/items/signal-items";
import { CLIENT_RETRIES } from "../../../experiments/nothing-lost/client-retry";
import { lossesIn } from "../../../experiments/nothing-lost/judge";
import { renderLosses } from "../../../experiments/nothing-lost/report";
import type { OverlapResult, RestartResult } from "../../../experiments/nothing-lost/result";

const ALL_READ = { written: 10, read: 10, afterSeconds: 1, missing: [] };
const SOME_READ = { written: 10, read: 8, afterSeconds: 150, missing: [3, 4] };

const RESTART: RestartResult = {
  kind: "restart",
  service: "mimir",
  item: "series",
  stopSeconds: 40,
  stopTimeoutSeconds: 120,
  killed: false,
  readySeconds: 17,
  items: ALL_READ,
};

const OVERLAP: OverlapResult = {
  kind: "overlap",
  service: "pyroscope",
  item: "functions",
  stopSeconds: 1.5,
  stopTimeoutSeconds: 120,
  killed: false,
  togetherSeconds: 20,
  items: ALL_READ,
  longestRefusalSeconds: 0,
  refusals: [],
  lost: [],
};

describe("GIVEN a result without loss", () => {
  test("THEN nothing is lost, and the report gives the stop's share of its time", () => {
    expect([RESTART, OVERLAP].flatMap(lossesIn)).toEqual([]);
    expect(renderLosses([RESTART, OVERLAP])).toMatch(/40\.0 s, 34 % of 120 s[^]*Nothing is lost\./);
  });

  test("THEN what today's task only had in memory is not held against ours", () => {
    expect(lossesIn({ ...RESTART, today: { inBucket: ALL_READ, atStop: { ...SOME_READ, read: 0 } } })).toEqual([]);
  });
});

describe("GIVEN a result with a loss", () => {
  test.each([
    ["items that cannot be read", { ...RESTART, items: SOME_READ }, /2 of 10 acknowledged items .* 3, 4/],
    ["nothing written", { ...OVERLAP, items: { ...ALL_READ, written: 0, read: 0 } }, /nothing was written/],
    ["a kill", { ...RESTART, killed: true }, /after 120 s/],
    ["today's items", { ...RESTART, today: { inBucket: SOME_READ, atStop: ALL_READ } }, /2 of 10 today's items/],
    ["a failure", { kind: "failed", service: "loki", scenario: "restart", error: "has ended" }, /has ended/],
  ] as const)("THEN it says so: %s", (_what, result, message) => {
    expect(lossesIn(result)).toEqual([expect.stringMatching(message)]);
    expect(renderLosses([result])).toMatch(/LOST: /);
  });
});

describe("GIVEN refused writes", () => {
  const refused = (way: string, status: number | undefined, seconds: number) =>
    lossesIn({
      ...OVERLAP,
      longestRefusalSeconds: seconds,
      refusals: [{ way, answer: "no", count: 1, ...(status === undefined ? {} : { status }) }],
    });

  test.each([
    ["remote write", 500, 60],
    ["push", 500, 60],
    ["OTLP", 503, 5],
    ["OTLP", undefined, 5],
    ["Connect", 500, 60],
  ])("THEN %s brings them in later: %s for %s s", (way, status, seconds) => {
    expect(refused(way, status, seconds)).toEqual([]);
  });

  test.each([
    ["OTLP", 500, 1, /do not try again/],
    ["OTLP", 503, 9, /give up after 8 s/],
    ["remote write", 400, 1, /do not try again/],
    ["/ingest", 500, 0.2, /do not try again/],
    ["another way", 500, 0.2, /nothing is known/],
  ])("THEN %s loses them: %s for %s s", (way, status, seconds, message) => {
    expect(refused(way, status, seconds)).toEqual([expect.stringMatching(message)]);
  });

  test("THEN the clients of each way in are known", () => {
    const ways = STORING_SERVICES.flatMap((service) => ALL_ITEMS[service].ways.map(({ name }) => name));
    expect(ways.filter((way) => CLIENT_RETRIES[way] === undefined)).toEqual([]);
  });
});
