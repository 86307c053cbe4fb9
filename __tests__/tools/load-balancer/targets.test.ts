import { connect } from "node:net";
import type { RequestListener } from "node:http";
import { eventually } from "../live/eventually";
import { send } from "../live/send";
import { StandIn } from "../live/stand-in";
import { startLoadBalancer, stopLoadBalancers } from "./start";

jest.setTimeout(60_000);

afterEach(async () => {
  await stopLoadBalancers();
  await StandIn.stopAll();
});

/** Serves everything but its readiness path. */
function neverReady(name: string): RequestListener {
  return (request, response) => response.writeHead(request.url === "/ready" ? 503 : 200).end(name);
}

test("healthy ones take turns and get all requests", async () => {
  const [first, bad, second] = await Promise.all([
    StandIn.start(),
    StandIn.start((_request, response) => response.writeHead(500).end()),
    StandIn.start(),
  ]);
  const balancer = await startLoadBalancer({ groups: { one: [first.address, bad.address, second.address] } });
  const states = (): string[] => balancer.targetHealth("one").map(({ state }) => state);
  await eventually(() => states().join() === "healthy,unhealthy,healthy", "two healthy, one not");
  const ports: string[] = [];
  for (let turn = 0; turn < 6; turn += 1) ports.push((await send(balancer.url(80))).body);
  expect(ports.filter((port) => port === String(first.port))).toHaveLength(3);
  expect(ports.filter((port) => port === String(second.port))).toHaveLength(3);
});

test("with unhealthy ones alone, all get requests: AWS fails open", async () => {
  const first = await StandIn.start(neverReady("first"));
  const second = await StandIn.start(neverReady("second"));
  const balancer = await startLoadBalancer({ groups: { one: [first.address, second.address] } });
  await eventually(() => balancer.targetHealth("one").every(({ state }) => state === "unhealthy"), "both unhealthy");
  const bodies = [(await send(balancer.url(80))).body, (await send(balancer.url(80))).body];
  expect(bodies.sort()).toEqual(["first", "second"]);
});

test("none registered: 503 of the load balancer itself", async () => {
  const balancer = await startLoadBalancer({ groups: { one: [] } });
  const answer = await send(`${balancer.url(80)}/x`);
  expect(answer).toMatchObject({ status: 503, headers: { server: "awselb/2.0" } });
  await eventually(() => balancer.accessLog().length === 1, "logged");
  expect(balancer.accessLog()[0]).toMatchObject({ rule: "default", targetGroup: "one", status: 503 });
});

test("one that leaves finishes what it has and gets nothing new", async () => {
  let finish: (() => void) | undefined;
  const leaving = await StandIn.start((request, response) => {
    if (request.url === "/slow") finish = () => response.end("finished");
    else response.end();
  });
  const balancer = await startLoadBalancer({ groups: { one: [leaving.address] } });
  const slow = send(`${balancer.url(80)}/slow`);
  await eventually(() => finish !== undefined, "in flight");
  balancer.deregisterTarget("one", leaving.address);
  expect(balancer.targetHealth("one")[0]).toMatchObject({
    state: "draining",
    reason: "Target.DeregistrationInProgress",
  });
  expect((await send(balancer.url(80))).status).toBe(503);
  finish?.();
  expect(await slow).toMatchObject({ status: 200, body: "finished" });
});

test("what is still in flight after the deregistration delay is broken off with a 502", async () => {
  const leaving = await StandIn.start((request, response) => {
    if (request.url !== "/never") response.end();
  });
  const balancer = await startLoadBalancer({ groups: { one: [leaving.address] }, deregistrationDelaySeconds: 0.1 });
  const never = send(`${balancer.url(80)}/never`);
  await eventually(() => leaving.served.length === 1, "in flight");
  balancer.deregisterTarget("one", leaving.address);
  expect((await never).status).toBe(502);
  await eventually(() => balancer.targetHealth("one").length === 0, "gone");
});

test("one that comes back while it drains starts anew", async () => {
  const target = await StandIn.start();
  const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
  balancer.deregisterTarget("one", target.address);
  balancer.registerTarget("one", target.address);
  await eventually(() => balancer.targetHealth("one")[0]?.state === "healthy", "healthy again");
});

test("replacement with overlap: no request fails while the new one comes and the old one goes", async () => {
  const old = await StandIn.start((_request, response) => setTimeout(() => response.end("old"), 5));
  const next = await StandIn.start((_request, response) => setTimeout(() => response.end("new"), 5));
  const balancer = await startLoadBalancer({ groups: { one: [old.address] }, deregistrationDelaySeconds: 0.5 });
  const statuses: number[] = [];
  const bodies: string[] = [];
  const ending = new AbortController();
  const load = (async () => {
    while (!ending.signal.aborted) {
      const { status, body } = await send(balancer.url(80));
      statuses.push(status);
      bodies.push(body);
    }
  })();
  await eventually(() => bodies.includes("old"), "the old one serves");
  balancer.registerTarget("one", next.address);
  await eventually(() => bodies.includes("new"), "the new one serves");
  balancer.deregisterTarget("one", old.address);
  await eventually(() => balancer.targetHealth("one").length === 1, "the old one is gone");
  ending.abort();
  await load;
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  expect(bodies.at(-1)).toBe("new");
});

test("connections go through the given connector, with the registered address", async () => {
  const target = await StandIn.start();
  const asked = new Set<string>();
  const balancer = await startLoadBalancer(
    { groups: { one: [{ id: "10.0.11.5", port: 8080 }] }, healthCheck: { port: 9090 } },
    {
      connect: ({ id, port }) => {
        asked.add(`${id}:${port}`);
        return connect(target.port, "127.0.0.1");
      },
    },
  );
  await eventually(() => balancer.targetHealth("one")[0]?.state === "healthy", "healthy");
  expect((await send(balancer.url(80))).body).toBe(String(target.port));
  expect([...asked].sort()).toEqual(["10.0.11.5:8080", "10.0.11.5:9090"]);
});
