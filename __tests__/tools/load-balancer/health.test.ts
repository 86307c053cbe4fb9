import { createServer, type AddressInfo } from "node:net";
import { checkTarget, matches } from "../../../tools/load-balancer/health-check";
import { connectDirectly } from "../../../tools/load-balancer/target-agent";
import type { HealthChange } from "../../../tools/load-balancer/target-health";
import { eventually } from "../live/eventually";
import { StandIn } from "../live/stand-in";
import { startLoadBalancer, stopLoadBalancers } from "./start";

jest.setTimeout(60_000);

afterEach(async () => {
  await stopLoadBalancers();
  await StandIn.stopAll();
});

test("one passed check makes a new target healthy", async () => {
  const target = await StandIn.start();
  const balancer = await startLoadBalancer({ groups: { one: [target.address] }, healthCheck: { healthyThreshold: 9 } });
  expect(balancer.targetHealth("one")[0]).toMatchObject({ state: "initial", reason: "Elb.InitialHealthChecking" });
  await eventually(() => balancer.targetHealth("one")[0]?.state === "healthy", "healthy");
  expect(target.requests[0]).toMatchObject({ url: "/ready", headers: { "user-agent": "ELB-HealthChecker/2.0" } });
});

test("a path that the target does not serve makes it unhealthy, with the code", async () => {
  const target = await StandIn.start((_request, response) => response.writeHead(404).end());
  const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
  await eventually(() => balancer.targetHealth("one")[0]?.state === "unhealthy", "unhealthy");
  expect(balancer.targetHealth("one")[0]).toMatchObject({
    reason: "Target.ResponseCodeMismatch",
    description: "Health checks failed with these codes: [404]",
  });
});

test("a dead target is unhealthy with the error", async () => {
  const target = await StandIn.start();
  const { address } = target;
  await target.stop();
  const balancer = await startLoadBalancer({ groups: { one: [address] } });
  await eventually(() => balancer.targetHealth("one")[0]?.state === "unhealthy", "unhealthy");
  const [health] = balancer.targetHealth("one");
  expect(health?.reason).toBe("Target.FailedHealthChecks");
  expect(health?.description).toContain("ECONNREFUSED");
});

test("a target that does not answer times out", async () => {
  const target = await StandIn.start(() => undefined);
  const balancer = await startLoadBalancer({
    groups: { one: [target.address] },
    healthCheck: { timeoutSeconds: 0.02, intervalSeconds: 0.05 },
  });
  await eventually(() => balancer.targetHealth("one")[0]?.reason === "Target.Timeout", "timed out");
});

test("a check on another port decides, however the traffic port answers", async () => {
  const traffic = await StandIn.start((_request, response) => response.writeHead(404).end());
  const health = await StandIn.start();
  const balancer = await startLoadBalancer({ groups: { one: [traffic.address] }, healthCheck: { port: health.port } });
  await eventually(() => balancer.targetHealth("one")[0]?.state === "healthy", "healthy");
  expect(traffic.requests).toEqual([]);
  expect(health.requests[0]?.headers.host).toBe(`127.0.0.1:${health.port}`);
});

test("a slow starter turns healthy after its threshold, and each step is told", async () => {
  let ready = false;
  const target = await StandIn.start((_request, response) => response.writeHead(ready ? 200 : 503).end());
  const changes: HealthChange[] = [];
  const balancer = await startLoadBalancer(
    { groups: { one: [target.address] } },
    { onHealthChange: (change) => changes.push(change) },
  );
  await eventually(() => balancer.targetHealth("one")[0]?.state === "unhealthy", "unhealthy");
  ready = true;
  await eventually(() => balancer.targetHealth("one")[0]?.state === "healthy", "healthy");
  expect(balancer.targetHealth("one")).toEqual([{ target: target.address, state: "healthy" }]);
  expect(changes.map(({ previous, health }) => `${previous} -> ${health.state}`)).toEqual([
    "initial -> unhealthy",
    "unhealthy -> healthy",
  ]);
});

test("a target that fails every other check keeps its state: the thresholds count checks in a row", async () => {
  let checks = 0;
  const target = await StandIn.start((_request, response) => {
    checks += 1;
    response.writeHead(checks % 2 === 1 ? 200 : 500).end();
  });
  const states: string[] = [];
  await startLoadBalancer(
    { groups: { one: [target.address] } },
    { onHealthChange: ({ health }) => states.push(health.state) },
  );
  await eventually(() => checks > 10, "ten checks");
  expect(states).toEqual(["healthy"]);
});

test("a group that no rule leads to is unused until one does, a target that is not registered says so", async () => {
  const target = await StandIn.start();
  const balancer = await startLoadBalancer({ groups: { one: [], other: [target.address] } });
  expect(balancer.targetHealth("other")[0]).toMatchObject({ state: "unused", reason: "Target.NotInUse" });
  expect(balancer.healthOf("one", target.address)).toMatchObject({ reason: "Target.NotRegistered" });
  balancer.replaceRules(80, [{ priority: 1, paths: ["/a"], action: { type: "forward", targetGroup: "other" } }]);
  await eventually(() => balancer.targetHealth("other")[0]?.state === "healthy", "in use and healthy");
});

test("an answer that is no HTTP is a failed check", async () => {
  const server = createServer((socket) => socket.resume().end("garbage\r\n\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const target = { id: "127.0.0.1", port: (server.address() as AddressInfo).port };
  const check = { path: "/", port: "traffic-port", matcher: "200", intervalSeconds: 1, timeoutSeconds: 5 } as const;
  const outcome = await checkTarget({ ...check, healthyThreshold: 1, unhealthyThreshold: 1 }, target, connectDirectly);
  await new Promise((resolve) => server.close(resolve));
  expect(outcome).toMatchObject({ passed: false, reason: "Target.FailedHealthChecks" });
});

test.each([
  ["200", 200, true],
  ["200", 204, false],
  ["200,202", 202, true],
  ["200-299", 250, true],
  ["200-299", 300, false],
  ["200,300-302", 301, true],
])("matcher %s and %i: %s", (matcher, status, expected) => {
  expect(matches(matcher, status)).toBe(expected);
});
