import { connect as connectHttp2, type ClientHttp2Session, type OutgoingHttpHeaders } from "node:http2";
import { LoadBalancer } from "../../../tools/load-balancer/load-balancer";
import { eventually } from "../live/eventually";
import { send } from "../live/send";
import { StandIn } from "../live/stand-in";
import { makeCertificate } from "./certificate";
import { startLoadBalancer, stopLoadBalancers } from "./start";

jest.setTimeout(60_000);

let certificate: Awaited<ReturnType<typeof makeCertificate>>;

beforeAll(async () => {
  certificate = await makeCertificate();
});

afterEach(async () => {
  await stopLoadBalancers();
  await StandIn.stopAll();
});

async function sendHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers);
    let status = 0;
    let text = "";
    stream.on("response", (answer) => (status = answer[":status"] ?? 0));
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    stream.on("end", () => {
      resolve({ status, body: text });
    });
    stream.on("error", reject).end(body);
  });
}

test("port 80 redirects to HTTPS with path and query", async () => {
  const balancer = await startLoadBalancer({ groups: { one: [] }, certificate });
  const answer = await send(`${balancer.url(80)}/explore?left=%7B%7D`, { headers: { host: "lgtm.example.com" } });
  expect(answer.status).toBe(301);
  expect(answer.headers.location).toBe("https://lgtm.example.com:443/explore?left=%7B%7D");
  await eventually(() => balancer.accessLog().length === 1, "logged");
  expect(balancer.accessLog()[0]).toMatchObject({ action: "redirect", status: 301 });
});

test("a client with HTTP/1.1 is served, and the target sees https and 443", async () => {
  const target = await StandIn.start();
  const balancer = await startLoadBalancer({ groups: { one: [target.address] }, certificate });
  expect(await send(`${balancer.url(443)}/a?b`)).toMatchObject({ status: 200, body: String(target.port) });
  expect(target.served[0]).toMatchObject({
    url: "/a?b",
    headers: { "x-forwarded-proto": "https", "x-forwarded-port": "443" },
  });
});

test("a client with HTTP/2 sends many requests side by side; the target gets HTTP/1.1", async () => {
  const versions = new Set<string>();
  const target = await StandIn.start((incoming, response) => {
    if (incoming.url === "/ready") return response.end();
    versions.add(incoming.httpVersion);
    response.setHeader("connection", "keep-alive");
    return incoming.pipe(response);
  });
  const balancer = await startLoadBalancer({ groups: { one: [target.address] }, certificate });
  const session = connectHttp2(balancer.url(443), { ca: certificate.certificatePem });
  const bodies = Array.from({ length: 20 }, (_, index) => `body ${index}`);
  const answers = await Promise.all(
    bodies.map(async (body) =>
      sendHttp2(session, { ":method": "POST", ":path": "/push?x", ":authority": "lgtm.example.com" }, body),
    ),
  );
  const read = await sendHttp2(session, { ":path": "/read" });
  session.close();
  expect(answers).toEqual(bodies.map((body) => ({ status: 200, body })));
  expect(read.status).toBe(200);
  expect([...versions]).toEqual(["1.1"]);
  expect(target.served[0]).toMatchObject({ method: "POST", url: "/push?x", headers: { host: "lgtm.example.com" } });
  expect(Object.keys(target.served[0]?.headers ?? {}).filter((name) => name.startsWith(":"))).toEqual([]);
  await eventually(() => balancer.accessLog().length === 21, "logged");
  expect(balancer.accessLog()[0]).toMatchObject({ protocol: "h2", listenerPort: 443 });
});

test("a dead target is a 502 for a client with HTTP/2 too", async () => {
  const target = await StandIn.start();
  const { address } = target;
  await target.stop();
  const balancer = await startLoadBalancer({ groups: { one: [address] }, certificate });
  const session = connectHttp2(balancer.url(443), { ca: certificate.certificatePem });
  expect((await sendHttp2(session, { ":path": "/x" })).status).toBe(502);
  session.close();
});

test("an HTTPS listener without a certificate does not start", async () => {
  const listener = {
    port: 443,
    protocol: "HTTPS",
    rules: [],
    defaultAction: { type: "redirect", statusCode: 301 },
  } as const;
  const description = {
    idleTimeoutSeconds: 60,
    dropInvalidHeaderFields: false,
    listeners: [listener],
    targetGroups: [],
  };
  await expect(LoadBalancer.start(description)).rejects.toThrow("has no certificate");
});
