import { z } from "zod";
import type { Check, ServiceChecks } from "../check";
import type { SmokeContext } from "../context";
import { expectRefusal, expectStatus, failure, jsonOf } from "../expectations";
import type { Reply, SmokeRequest } from "../http-client";
import { otlpGauges } from "../signals/otlp";
import { REMOTE_WRITE_HEADERS, remoteWriteBody } from "../signals/remote-write";
import { sourceOf } from "../source";

const VECTOR = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

const REMOTE_WRITE = { metric: "lgtm_smoke", value: 42, tested: "remote write" };
const OTLP = { metric: "lgtm_smoke_otlp", value: 43, tested: "OTLP write" };

/** Reads series, so that it succeeds no sooner than an ingester is there; `vector(1)` would need none. */
const SERIES_QUERY = "count(up)";

/** Mimir: metrics by remote write and by OTLP, read back; tenants. */
export function mimirChecks(): ServiceChecks {
  return {
    service: "mimir",
    checks: [
      {
        tested: "query API is ready",
        run: async (context) => context.ready(query(SERIES_QUERY, context.tenant)),
      },
      {
        tested: REMOTE_WRITE.tested,
        run: async (context) => expectStatus(await context.send(remoteWrite(context, context.tenant)), 200),
      },
      readBack(REMOTE_WRITE),
      {
        tested: OTLP.tested,
        run: async (context) => expectStatus(await context.send(otlpWrite(context, context.tenant)), 200),
      },
      readBack(OTLP),
      {
        tested: "remote write without tenant refused",
        run: async (context) => expectRefusal(await context.send(remoteWrite(context, undefined)), 401),
      },
      {
        tested: "OTLP write without tenant refused",
        run: async (context) => expectRefusal(await context.send(otlpWrite(context, undefined)), 401),
      },
      {
        tested: "query without tenant refused",
        run: async (context) => expectRefusal(await context.send(query(SERIES_QUERY, undefined)), 401),
      },
      {
        tested: "another tenant sees nothing",
        needs: readBack(REMOTE_WRITE).tested,
        run: async (context) => {
          const reply = await context.send(query(ofRun(REMOTE_WRITE.metric, context), context.otherTenant));
          if (valuesOf(reply).length > 0) throw failure(reply, "shows another tenant's metrics");
          return reply;
        },
      },
    ],
  };
}

/**
 * An instant query.
 *
 * @param expression PromQL
 * @param tenant whose metrics; undefined sends no tenant
 */
export function query(expression: string, tenant: string | undefined): SmokeRequest {
  return { path: `/prometheus/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`, tenant };
}

/**
 * The values of an instant query's answer.
 *
 * @throws CheckFailure if it is no such answer
 */
export function valuesOf(reply: Reply): readonly number[] {
  return jsonOf(expectStatus(reply, 200), VECTOR).data.result.map(({ value: [, text] }) => Number(text));
}

function readBack({ metric, value, tested }: typeof REMOTE_WRITE): Check & { readonly needs: string } {
  return {
    tested: `query after ${tested}`,
    needs: tested,
    run: async (context) => {
      const seen = (reply: Reply): boolean => valuesOf(reply).length > 0;
      const reply = await context.readBack(query(ofRun(metric, context), context.tenant), seen, metric);
      const found = valuesOf(reply);
      if (found.length !== 1 || found[0] !== value)
        throw failure(reply, `shows ${found.join(", ")} instead of ${value}`);
      return reply;
    },
  };
}

function remoteWrite({ run, startedMs }: SmokeContext, tenant: string | undefined): SmokeRequest {
  const { metric: name, value } = REMOTE_WRITE;
  const body = remoteWriteBody([{ name, value, labels: { run }, timeMs: startedMs }]);
  return { path: "/api/v1/push", headers: REMOTE_WRITE_HEADERS, body, tenant };
}

function otlpWrite(context: SmokeContext, tenant: string | undefined): SmokeRequest {
  const { metric: name, value } = OTLP;
  const point = { name, value, timeMs: context.startedMs, attributes: { run: context.run } };
  return { path: "/otlp/v1/metrics", body: otlpGauges(sourceOf(context), [point]), tenant };
}

function ofRun(metric: string, { run }: SmokeContext): string {
  return `${metric}{run="${run}"}`;
}
