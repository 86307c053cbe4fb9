import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Check, ServiceChecks } from "../check";
import type { SmokeContext } from "../context";
import { expectRefusal, expectStatus, failure, jsonOf } from "../expectations";
import type { Reply, SmokeRequest } from "../http-client";
import { otlpTraces } from "../signals/otlp";
import { RUN_ATTRIBUTE, sourceOf } from "../source";
import { query as mimirQuery, valuesOf } from "./mimir";

const FOUND = z.object({ traces: z.array(z.object({ traceID: z.string() })).optional() });

/** Tempo refuses a trace without tenant by 503: its receiver takes every error for one that passes. */
const OTLP_REFUSAL = 503;

/** Paths that take traces by OTLP over HTTP: at OTLP's own path, and below the base of the other signals. */
const OTLP_PATHS = ["/v1/traces", "/otlp/v1/traces"] as const;

type Ids = Readonly<Record<(typeof OTLP_PATHS)[number], string>>;

/** Tempo: traces by OTLP on both paths, read back by id and by search; metrics derived from them; tenants. */
export function tempoChecks(): ServiceChecks {
  const ids: Ids = { "/v1/traces": newId(16), "/otlp/v1/traces": newId(16) };
  return {
    service: "tempo",
    checks: [
      {
        tested: "search API is ready",
        run: async (context) => context.ready({ path: "/tempo/api/search/tags", tenant: context.tenant }),
      },
      ...OTLP_PATHS.flatMap((path) => writeAndRead(path, ids[path])),
      search(ids),
      ...OTLP_PATHS.map((path) => refusesWithoutTenant(path)),
      {
        tested: "query without tenant refused",
        run: async (context) => expectRefusal(await context.send(byId(ids["/v1/traces"], undefined)), 401),
      },
      {
        tested: "another tenant sees nothing",
        needs: readTested("/v1/traces"),
        run: async (context) => {
          const reply = await context.send(byId(ids["/v1/traces"], context.otherTenant));
          if (reply.status === 200) throw failure(reply, "shows another tenant's trace");
          return expectStatus(reply, 404);
        },
      },
      {
        tested: "metrics from spans arrive in Mimir",
        needs: writeTested("/v1/traces"),
        needsServices: ["mimir"],
        run: async (context) => {
          const expression = `traces_spanmetrics_calls_total{span_name="${spanName(context)}"}`;
          const seen = (reply: Reply): boolean => valuesOf(reply).length > 0;
          return context.readBack(mimirQuery(expression, context.tenant), seen, "the span's metrics");
        },
      },
    ],
  };
}

function writeAndRead(path: (typeof OTLP_PATHS)[number], id: string): readonly Check[] {
  return [
    {
      tested: writeTested(path),
      run: async (context) => expectStatus(await context.send(write(context, path, id, context.tenant)), 200),
    },
    {
      tested: readTested(path),
      needs: writeTested(path),
      run: async (context) => {
        // 404 is how Tempo says that it has no such trace, and what a wrong route gives: in the end both are failures.
        const seen = (reply: Reply): boolean => reply.status !== 404 && expectStatus(reply, 200).status === 200;
        const reply = await context.readBack(byId(id, context.tenant), seen, "the trace");
        if (!reply.text.includes(spanName(context))) throw failure(reply, "shows a trace without the span");
        return reply;
      },
    },
  ];
}

function search(ids: Ids): Check {
  return {
    tested: "search",
    needs: writeTested("/v1/traces"),
    run: async (context) => {
      const q = `{ resource.${RUN_ATTRIBUTE} = "${context.run}" }`;
      const request = { path: `/tempo/api/search?${new URLSearchParams({ q }).toString()}`, tenant: context.tenant };
      const found = (reply: Reply): readonly string[] =>
        (jsonOf(expectStatus(reply, 200), FOUND).traces ?? []).map(({ traceID }) => traceID.padStart(32, "0"));
      const reply = await context.readBack(request, (answer) => found(answer).length > 0, "the trace");
      const strangers = found(reply).filter((id) => !Object.values(ids).includes(id));
      if (strangers.length > 0) throw failure(reply, `finds traces that are not this run's: ${strangers.join(", ")}`);
      return reply;
    },
  };
}

function refusesWithoutTenant(path: (typeof OTLP_PATHS)[number]): Check {
  return {
    tested: `POST ${path} without tenant refused`,
    needs: writeTested(path),
    run: async (context) => {
      const reply = await context.send(write(context, path, newId(16), undefined));
      return expectRefusal(reply, OTLP_REFUSAL);
    },
  };
}

function write(context: SmokeContext, path: string, traceId: string, tenant: string | undefined): SmokeRequest {
  const endMs = context.startedMs;
  const span = { traceId, spanId: newId(8), name: spanName(context), startMs: endMs - 100, endMs };
  return { path, body: otlpTraces(sourceOf(context), [span]), tenant };
}

function byId(id: string, tenant: string | undefined): SmokeRequest {
  return { path: `/tempo/api/traces/${id}`, tenant };
}

function writeTested(path: string): string {
  return `OTLP write to ${path}`;
}

function readTested(path: string): string {
  return `trace by id after ${path}`;
}

/** A span has no label of its own in the metrics that come from it, but its name. */
function spanName({ run }: SmokeContext): string {
  return `smoke ${run}`;
}

/** Its first digit is not 0: some answers leave leading zeros out. */
function newId(bytes: number): string {
  return `a${randomBytes(bytes).toString("hex").slice(1)}`;
}
