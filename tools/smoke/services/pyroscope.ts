import { z } from "zod";
import type { Check, ServiceChecks } from "../check";
import type { SmokeContext } from "../context";
import { expectRefusal, expectStatus, failure, jsonOf } from "../expectations";
import type { Reply, SmokeRequest } from "../http-client";
import { cpuProfile } from "../signals/pprof";
import { SMOKE_SERVICE } from "../source";

const MERGED = z.object({ flamegraph: z.object({ names: z.array(z.string()) }).optional() });
const RENDERED = z.object({ flamebearer: z.object({ names: z.array(z.string()) }) });

const PROFILE_TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const MINUTE = 60_000;

const INGEST = { tested: "push by /ingest", frame: "smoke_ingest", send: ingest };
const CONNECT = { tested: "push by Connect", frame: "smoke_connect", send: connectPush };

/** Pyroscope: profiles by both ways in, read back by both ways out; tenants. */
export function pyroscopeChecks(): ServiceChecks {
  return {
    service: "pyroscope",
    checks: [
      {
        tested: "query API is ready",
        run: async (context) => context.ready(profileTypes(context, context.tenant)),
      },
      ...[INGEST, CONNECT].flatMap(pushAndQuery),
      {
        tested: "render",
        needs: INGEST.tested,
        run: async (context) => {
          const seen = (reply: Reply): boolean =>
            jsonOf(expectStatus(reply, 200), RENDERED).flamebearer.names.includes(INGEST.frame);
          return context.readBack(render(context), seen, INGEST.frame);
        },
      },
      ...[INGEST, CONNECT].map(refusesWithoutTenant),
      {
        tested: "query without tenant refused",
        run: async (context) => expectRefusal(await context.send(merge(context, undefined)), 401),
      },
      {
        tested: "another tenant sees nothing",
        needs: queryTested(INGEST),
        run: async (context) => {
          const reply = await context.send(merge(context, context.otherTenant));
          if (framesOf(reply).includes(INGEST.frame)) throw failure(reply, "shows another tenant's profile");
          return reply;
        },
      },
    ],
  };
}

function pushAndQuery(way: typeof INGEST): readonly Check[] {
  return [
    {
      tested: way.tested,
      run: async (context) => expectStatus(await context.send(way.send(context, context.tenant)), 200),
    },
    {
      tested: queryTested(way),
      needs: way.tested,
      run: async (context) => {
        const seen = (reply: Reply): boolean => framesOf(reply).includes(way.frame);
        return context.readBack(merge(context, context.tenant), seen, way.frame);
      },
    },
  ];
}

function refusesWithoutTenant({ tested, send }: typeof INGEST): Check {
  return {
    tested: `${tested} without tenant refused`,
    run: async (context) => expectRefusal(await context.send(send(context, undefined)), 401),
  };
}

function queryTested({ tested }: typeof INGEST): string {
  return `query after ${tested}`;
}

function framesOf(reply: Reply): readonly string[] {
  return jsonOf(expectStatus(reply, 200), MERGED).flamegraph?.names ?? [];
}

function ingest({ run, startedMs }: SmokeContext, tenant: string | undefined): SmokeRequest {
  const until = Math.floor(startedMs / 1000);
  const parameters = new URLSearchParams({
    // The part behind the dot is the type of the profile.
    name: `${SMOKE_SERVICE}.cpu{run=${run}}`,
    from: String(until - 10),
    until: String(until),
    format: "folded",
    sampleRate: "100",
  });
  return { path: `/ingest?${parameters.toString()}`, body: `main;${INGEST.frame} 10\n`, tenant };
}

function connectPush({ run, startedMs }: SmokeContext, tenant: string | undefined): SmokeRequest {
  const labels = Object.entries({ __name__: "process_cpu", service_name: SMOKE_SERVICE, run });
  const rawProfile = cpuProfile([CONNECT.frame], new Date(startedMs)).toString("base64");
  const series = [{ labels: labels.map(([name, value]) => ({ name, value })), samples: [{ rawProfile }] }];
  return { path: "/push.v1.PusherService/Push", body: { series }, tenant };
}

function merge(context: SmokeContext, tenant: string | undefined): SmokeRequest {
  const body = { profile_typeID: PROFILE_TYPE, label_selector: `{run="${context.run}"}`, ...range(context) };
  return { path: "/querier.v1.QuerierService/SelectMergeStacktraces", body, tenant };
}

function profileTypes(context: SmokeContext, tenant: string): SmokeRequest {
  return { path: "/querier.v1.QuerierService/ProfileTypes", body: range(context), tenant };
}

function render(context: SmokeContext): SmokeRequest {
  const query = `${PROFILE_TYPE}{run="${context.run}"}`;
  const parameters = new URLSearchParams({ query, from: "now-1h", until: "now", format: "json" });
  return { path: `/pyroscope/render?${parameters.toString()}`, tenant: context.tenant };
}

function range({ startedMs }: SmokeContext): { readonly start: number; readonly end: number } {
  return { start: startedMs - 10 * MINUTE, end: Date.now() + MINUTE };
}
