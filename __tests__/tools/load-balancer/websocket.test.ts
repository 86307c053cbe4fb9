import { request, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { eventually } from "../live/eventually";
import { StandIn } from "../live/stand-in";
import { startLoadBalancer, stopLoadBalancers } from "./start";

jest.setTimeout(60_000);

afterEach(async () => {
  await stopLoadBalancers();
  await StandIn.stopAll();
});

/** Takes every request for a WebSocket and sends back what it gets; the frames inside do not matter here. */
async function startEcho(): Promise<StandIn & { readonly upgrades: IncomingMessage[] }> {
  const echo = Object.assign(await StandIn.start(), { upgrades: [] as IncomingMessage[] });
  echo.server.on("upgrade", (incoming, socket) => {
    echo.upgrades.push(incoming);
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    socket.pipe(socket);
  });
  return echo;
}

async function open(url: string): Promise<{ readonly status: number; readonly socket?: Duplex }> {
  const headers = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, agent: false });
    outgoing.on("upgrade", (response, socket) => {
      socket.on("error", () => undefined);
      resolve({ status: response.statusCode ?? 0, socket });
    });
    outgoing.on("response", (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    });
    outgoing.on("error", reject).end();
  });
}

test("a WebSocket passes both ways, and is logged when it ends", async () => {
  const target = await startEcho();
  const balancer = await startLoadBalancer({
    groups: { other: [], one: [target.address] },
    rules: [{ priority: 5, paths: ["/live/*"], action: { type: "forward", targetGroup: "one" } }],
  });
  const { status, socket } = await open(`${balancer.url(80)}/live/ws`);
  expect(status).toBe(101);
  let received = "";
  socket?.on("data", (chunk: Buffer) => (received += chunk.toString()));
  socket?.write("hello");
  await eventually(() => received === "hello", "the echo");
  socket?.write(" again");
  await eventually(() => received === "hello again", "the second echo");
  expect(target.upgrades[0]?.headers).toMatchObject({ "x-forwarded-for": "127.0.0.1", upgrade: "websocket" });
  socket?.end();
  await eventually(() => balancer.accessLog().length === 1, "logged");
  expect(balancer.accessLog()[0]).toMatchObject({ protocol: "ws", rule: 5, status: 101, targetStatus: 101 });
});

test("one without a byte for the idle timeout is closed", async () => {
  const target = await startEcho();
  const balancer = await startLoadBalancer({ groups: { one: [target.address] }, idleTimeoutSeconds: 0.1 });
  const { socket } = await open(balancer.url(80));
  let closed = false;
  socket?.resume().on("close", () => (closed = true));
  await eventually(() => closed, "closed");
  await eventually(() => balancer.accessLog()[0]?.error === "idle timeout", "logged");
});

test("the target's refusal is the client's", async () => {
  const target = await StandIn.start();
  target.server.on("upgrade", (_incoming, socket) => {
    socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  });
  const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
  expect((await open(balancer.url(80))).status).toBe(401);
  await eventually(() => balancer.accessLog()[0]?.targetStatus === 401, "logged");
});

test("without a target it is a 503, with a dead one a 502", async () => {
  const target = await StandIn.start();
  const { address } = target;
  await target.stop();
  const balancer = await startLoadBalancer({
    groups: { none: [], dead: [address] },
    rules: [{ priority: 1, paths: ["/dead"], action: { type: "forward", targetGroup: "dead" } }],
  });
  expect((await open(balancer.url(80))).status).toBe(503);
  expect((await open(`${balancer.url(80)}/dead`)).status).toBe(502);
});
