import { z } from "zod";
import type { Check, ServiceChecks } from "../check";
import type { SmokeContext } from "../context";
import { expectRefusal, expectStatus, failure, jsonOf } from "../expectations";
import type { Reply, SmokeRequest } from "../http-client";
import { lokiPush } from "../signals/loki-push";
import { otlpLogs } from "../signals/otlp";
import { SMOKE_SERVICE, sourceOf } from "../source";

const STREAMS = z.object({
  data: z.object({
    result: z.array(z.object({ values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())) })),
  }),
});
const LABEL_VALUES = z.object({ data: z.array(z.string()).optional() });

const PUSH = "push";
const OTLP = "OTLP write";
const QUERY = "query after push";

/** Loki: logs by its own push API and by OTLP, read back; labels; tenants. */
export function lokiChecks(): ServiceChecks {
  return {
    service: "loki",
    checks: [
      { tested: "query API is ready", run: async (context) => context.ready(labels(context.tenant)) },
      { tested: PUSH, run: async (context) => expectStatus(await context.send(push(context, context.tenant)), 204) },
      readBack(QUERY, PUSH, lineOf, ofPush),
      {
        tested: "labels",
        needs: PUSH,
        run: async (context) => {
          const seen = (reply: Reply): boolean =>
            jsonOf(expectStatus(reply, 200), LABEL_VALUES).data?.includes(context.run) === true;
          const request = { path: "/loki/api/v1/label/run/values", tenant: context.tenant };
          return context.readBack(request, seen, "the label of this run");
        },
      },
      { tested: OTLP, run: async (context) => expectStatus(await context.send(otlp(context, context.tenant)), 204) },
      readBack("query after OTLP write", OTLP, otlpLineOf, ofOtlp),
      {
        tested: "push without tenant refused",
        run: async (context) => expectRefusal(await context.send(push(context, undefined)), 401),
      },
      {
        tested: "OTLP write without tenant refused",
        run: async (context) => expectRefusal(await context.send(otlp(context, undefined)), 401),
      },
      {
        tested: "query without tenant refused",
        run: async (context) => expectRefusal(await context.send(labels(undefined)), 401),
      },
      {
        tested: "another tenant sees nothing",
        needs: QUERY,
        run: async (context) => {
          const reply = await context.send(queryRange(context, ofPush(context), context.otherTenant));
          if (linesOf(reply).length > 0) throw failure(reply, "shows another tenant's logs");
          return reply;
        },
      },
    ],
  };
}

function readBack(
  tested: string,
  needs: string,
  line: (context: SmokeContext) => string,
  selector: (context: SmokeContext) => string,
): Check {
  return {
    tested,
    needs,
    run: async (context) => {
      const seen = (reply: Reply): boolean => linesOf(reply).length > 0;
      const request = queryRange(context, selector(context), context.tenant);
      const reply = await context.readBack(request, seen, "the line");
      const lines = linesOf(reply);
      if (lines.length !== 1 || lines[0] !== line(context))
        throw failure(reply, `shows "${lines.join('", "')}" instead of "${line(context)}"`);
      return reply;
    },
  };
}

function linesOf(reply: Reply): readonly string[] {
  const { data } = jsonOf(expectStatus(reply, 200), STREAMS);
  return data.result.flatMap(({ values }) => values.map(([, line]) => line));
}

function push(context: SmokeContext, tenant: string | undefined): SmokeRequest {
  const stream = { job: SMOKE_SERVICE, run: context.run };
  const body = lokiPush(stream, [{ timeMs: context.startedMs, line: lineOf(context) }]);
  return { path: "/loki/api/v1/push", body, tenant };
}

function otlp(context: SmokeContext, tenant: string | undefined): SmokeRequest {
  const record = {
    body: otlpLineOf(context),
    timeMs: context.startedMs,
    attributes: { signal: "otlp", run: context.run },
  };
  return { path: "/otlp/v1/logs", body: otlpLogs(sourceOf(context), [record]), tenant };
}

function queryRange(context: SmokeContext, expression: string, tenant: string): SmokeRequest {
  const minute = 60_000;
  const parameters = new URLSearchParams({
    query: expression,
    start: `${context.startedMs - minute}000000`,
    end: `${Date.now() + minute}000000`,
  });
  return { path: `/loki/api/v1/query_range?${parameters.toString()}`, tenant };
}

function labels(tenant: string | undefined): SmokeRequest {
  return { path: "/loki/api/v1/labels", tenant };
}

function lineOf({ run }: SmokeContext): string {
  return `smoke test ${run}`;
}

function otlpLineOf({ run }: SmokeContext): string {
  return `smoke test ${run} by OTLP`;
}

function ofPush({ run }: SmokeContext): string {
  return `{job="${SMOKE_SERVICE}", run="${run}"}`;
}

/** In OTLP the run is structured metadata, not a label. */
function ofOtlp({ run }: SmokeContext): string {
  return `{service_name="${SMOKE_SERVICE}"} | signal="otlp" | run="${run}"`;
}
