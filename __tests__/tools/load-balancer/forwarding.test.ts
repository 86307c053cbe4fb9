import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { eventually } from "../live/eventually";
import { send } from "../live/send";
import { StandIn } from "../live/stand-in";
import { startLoadBalancer, stopLoadBalancers } from "./start";

jest.setTimeout(60_000);

afterEach(async () => {
  await stopLoadBalancers();
  await StandIn.stopAll();
});

describe("rules", () => {
  test("the first that matches by priority takes the request; the path arrives as it was sent", async () => {
    const [grafana, tempo, otlp] = await Promise.all([StandIn.start(), StandIn.start(), StandIn.start()]);
    const balancer = await startLoadBalancer({
      groups: { grafana: [grafana.address], tempo: [tempo.address], otlp: [otlp.address] },
      rules: [
        { priority: 40, paths: ["/v1/*"], action: { type: "forward", targetGroup: "tempo" } },
        { priority: 31, paths: ["/v1/traces"], action: { type: "forward", targetGroup: "otlp" } },
        { priority: 30, paths: ["/tempo/*"], action: { type: "forward", targetGroup: "tempo" } },
      ],
    });
    const url = balancer.url(80);
    expect((await send(`${url}/tempo/api/search?q=%7B%7D&x=a%2Fb`)).body).toBe(String(tempo.port));
    expect((await send(`${url}/v1/traces`, { method: "POST", body: "{}" })).body).toBe(String(otlp.port));
    expect((await send(`${url}/Tempo/api/search`)).body).toBe(String(grafana.port));
    expect((await send(`${url}//double/..%2f?q=/tempo/x`)).body).toBe(String(grafana.port));
    expect(tempo.served.map((sent) => sent.url)).toEqual(["/tempo/api/search?q=%7B%7D&x=a%2Fb"]);
    expect(grafana.served.map((sent) => sent.url)).toEqual(["/Tempo/api/search", "//double/..%2f?q=/tempo/x"]);
    await eventually(() => balancer.accessLog().length === 4, "logged");
    expect(balancer.accessLog()[1]).toMatchObject({
      method: "POST",
      path: "/v1/traces",
      rule: 31,
      targetGroup: "otlp",
      target: otlp.address,
      targetStatus: 200,
      status: 200,
      protocol: "http",
    });
  });

  test("they can be replaced while it runs", async () => {
    const [first, second] = await Promise.all([StandIn.start(), StandIn.start()]);
    const balancer = await startLoadBalancer({ groups: { one: [first.address], two: [second.address] } });
    expect((await send(`${balancer.url(80)}/a`)).body).toBe(String(first.port));
    balancer.replaceRules(80, [{ priority: 1, paths: ["/a"], action: { type: "forward", targetGroup: "two" } }]);
    expect((await send(`${balancer.url(80)}/a`)).body).toBe(String(second.port));
    expect(() => {
      balancer.replaceRules(80, [{ priority: 1, paths: ["/a"], action: { type: "forward", targetGroup: "none" } }]);
    }).toThrow("no target group none");
  });
});

describe("header", () => {
  test("tells the target where the request came from, and appends the client's address", async () => {
    const target = await StandIn.start();
    const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
    await send(balancer.url(80), {
      headers: { "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "gopher", host: "lgtm.example.com" },
    });
    expect(target.served[0]?.headers).toMatchObject({
      "x-forwarded-for": "203.0.113.7, 127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-port": "80",
      "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/) as unknown,
      host: "lgtm.example.com",
    });
  });

  test("keeps the client's trace root, by which it finds its request in the access log", async () => {
    const target = await StandIn.start();
    const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
    const root = "Root=1-67891233-abcdef012345678912345678";
    await send(balancer.url(80), { headers: { "x-amzn-trace-id": root } });
    await eventually(() => balancer.accessLog().length === 1, "logged");
    expect(target.served[0]?.headers["x-amzn-trace-id"]).toMatch(new RegExp(`^Self=1-[0-9a-f-]{33};${root}$`));
    expect(balancer.accessLog()[0]?.traceId).toContain(root);
  });

  test.each([true, false])("drops fields with invalid names if told so: %s", async (dropInvalidHeaderFields) => {
    const target = await StandIn.start();
    const balancer = await startLoadBalancer({ groups: { one: [target.address] }, dropInvalidHeaderFields });
    await send(balancer.url(80), { headers: { x_under_score: "1", "X-Scope-OrgID": "tenant" } });
    expect(target.served[0]?.headers["x-scope-orgid"]).toBe("tenant");
    expect("x_under_score" in (target.served[0]?.headers ?? {})).toBe(!dropInvalidHeaderFields);
  });

  test("with more than 30 addresses in X-Forwarded-For is refused with 463", async () => {
    const target = await StandIn.start();
    const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
    const headers = { "x-forwarded-for": Array.from({ length: 31 }, (_, index) => `10.0.0.${index}`).join(", ") };
    expect((await send(balancer.url(80), { headers })).status).toBe(463);
    expect(target.served).toEqual([]);
  });

  test("Expect: 100-continue is answered by the load balancer and does not reach the target", async () => {
    const target = await StandIn.start((incoming, response) => incoming.pipe(response));
    const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
    const body = await new Promise<string>((resolve, reject) => {
      const options = { method: "POST", headers: { expect: "100-continue", "content-length": 5 }, agent: false };
      const outgoing = request(balancer.url(80), options, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => {
          resolve(text);
        });
      });
      outgoing.on("continue", () => outgoing.end("hello")).on("error", reject);
      outgoing.flushHeaders();
    });
    expect(body).toBe("hello");
    expect(target.served[0]?.headers.expect).toBeUndefined();
  });
});

describe("bodies", () => {
  test("large ones pass both ways unharmed, with a length and in chunks", async () => {
    const target = await StandIn.start((incoming, response) => incoming.pipe(response));
    const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
    const sent = randomBytes(8 * 1024 * 1024);
    const digest = async (headers: Record<string, string>): Promise<string> =>
      new Promise((resolve, reject) => {
        const outgoing = request(balancer.url(80), { method: "PUT", headers, agent: false }, (response) => {
          const hash = createHash("sha256");
          response.on("data", (chunk: Buffer) => hash.update(chunk));
          response.on("end", () => {
            resolve(hash.digest("hex"));
          });
        });
        outgoing.on("error", reject).end(sent);
      });
    const expected = createHash("sha256").update(sent).digest("hex");
    expect(await digest({ "content-length": String(sent.length) })).toBe(expected);
    expect(await digest({ "transfer-encoding": "chunked" })).toBe(expected);
  });

  test("server-sent events arrive one by one, while the target keeps the answer open", async () => {
    let emit: ((event: string) => void) | undefined;
    const target = await StandIn.start((incoming, response) => {
      if (incoming.url === "/ready") return response.end();
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      emit = (event) => response.write(`data: ${event}\n\n`);
      return response;
    });
    const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
    let received = "";
    const outgoing = request(balancer.url(80), { agent: false }, (response) => {
      response.on("data", (chunk: Buffer) => (received += chunk.toString())).on("error", () => undefined);
    });
    outgoing.on("error", () => undefined).end();
    await eventually(() => emit !== undefined, "open");
    emit?.("one");
    await eventually(() => received === "data: one\n\n", "the first event");
    emit?.("two");
    await eventually(() => received === "data: one\n\ndata: two\n\n", "the second event");
    outgoing.destroy();
  });

  test("a client that goes away frees the target, and is logged with 460", async () => {
    let closed = false;
    const target = await StandIn.start((incoming, response) => {
      if (incoming.url === "/ready") response.end();
      else response.once("close", () => (closed = true));
    });
    const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
    const outgoing = request(`${balancer.url(80)}/slow`, { agent: false });
    outgoing.on("error", () => undefined).end();
    await eventually(() => target.served.length === 1, "in flight");
    outgoing.destroy();
    await eventually(() => closed, "the target's connection is closed");
    await eventually(() => balancer.accessLog()[0]?.status === 460, "460");
  });
});

describe("broken targets", () => {
  test("a dead one is a 502 of the load balancer, and the log says why", async () => {
    const target = await StandIn.start();
    const { address } = target;
    await target.stop();
    const balancer = await startLoadBalancer({ groups: { one: [address] } });
    const answer = await send(`${balancer.url(80)}/push`, { method: "POST", body: "x".repeat(100_000) });
    expect(answer).toMatchObject({ status: 502, headers: { server: "awselb/2.0" } });
    await eventually(() => balancer.accessLog().length === 1, "logged");
    const [entry] = balancer.accessLog();
    expect(entry).toMatchObject({ status: 502, target: address });
    expect(entry?.targetStatus).toBeUndefined();
    expect(entry?.error).toContain("ECONNREFUSED");
  });

  test("one that resets the connection before it answers is a 502", async () => {
    const target = await StandIn.start((incoming, response) => {
      if (incoming.url === "/ready") response.end();
      else incoming.socket.resetAndDestroy();
    });
    const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
    expect((await send(`${balancer.url(80)}/x`)).status).toBe(502);
  });

  test("one that breaks off its answer breaks off the client's: never a short answer that looks whole", async () => {
    const target = await StandIn.start((incoming, response) => {
      if (incoming.url === "/ready") return response.end();
      response.writeHead(200).write("half", () => incoming.socket.resetAndDestroy());
      return response;
    });
    const balancer = await startLoadBalancer({ groups: { one: [target.address] } });
    await expect(send(`${balancer.url(80)}/x`)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    await eventually(() => balancer.accessLog().length === 1, "logged");
    expect(balancer.accessLog()[0]?.error).toContain("broke off");
  });

  test("one that does not answer before the idle timeout is a 504", async () => {
    const target = await StandIn.start((incoming, response) => {
      if (incoming.url === "/ready") response.end();
    });
    const balancer = await startLoadBalancer({ groups: { one: [target.address] }, idleTimeoutSeconds: 0.2 });
    expect((await send(`${balancer.url(80)}/slow`)).status).toBe(504);
    await eventually(() => balancer.accessLog().length === 1, "logged");
    expect(balancer.accessLog()[0]?.error).toContain("idle timeout");
  });

  test("a client that does not send its whole request before the idle timeout gets 408", async () => {
    const target = await StandIn.start((incoming) => incoming.resume());
    const balancer = await startLoadBalancer({ groups: { one: [target.address] }, idleTimeoutSeconds: 0.2 });
    const status = await new Promise((resolve, reject) => {
      const options = { method: "POST", headers: { "content-length": 10 }, agent: false };
      const outgoing = request(`${balancer.url(80)}/x`, options, (response) => {
        resolve(response.statusCode);
        outgoing.destroy();
      });
      outgoing.on("error", reject).write("half");
    });
    expect(status).toBe(408);
  });

  test("one that lets no connection come about is a 504", async () => {
    const target = await StandIn.start();
    const balancer = await startLoadBalancer(
      { groups: { one: [target.address] } },
      { connectTimeoutSeconds: 0.1, connect: async () => new Promise(() => undefined) },
    );
    expect((await send(`${balancer.url(80)}/x`)).status).toBe(504);
  });
});
