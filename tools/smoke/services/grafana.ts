import { z } from "zod";
import type { ServiceName } from "../../../modules/services/service-name";
import type { Check, ServiceChecks } from "../check";
import { expectStatus, failure, jsonOf } from "../expectations";
import type { Reply } from "../http-client";

const HEALTH = z.object({ database: z.string() });
const DATASOURCE_HEALTH = z.object({ status: z.string(), message: z.string().optional() });

/** Uids of the data sources are the services' names. */
const DATASOURCES = ["mimir", "loki", "tempo", "pyroscope"] as const satisfies readonly ServiceName[];

const LOGIN = "login";

/** Grafana: its health, the login, and each data source as Grafana itself reaches it. */
export function grafanaChecks(): ServiceChecks {
  const session: { cookie?: string } = {};
  const datasource = (uid: (typeof DATASOURCES)[number]): Check => ({
    tested: `data source ${uid}`,
    needs: LOGIN,
    needsServices: [uid],
    run: async (context) => {
      const reply = await context.send({
        path: `/api/datasources/uid/${uid}/health`,
        headers: { cookie: session.cookie ?? "" },
      });
      const { status, message } = jsonOf(expectStatus(reply, 200), DATASOURCE_HEALTH);
      if (status !== "OK") throw failure(reply, `says ${status}: ${message ?? "no reason"}`);
      return reply;
    },
  });
  return {
    service: "grafana",
    checks: [
      {
        tested: "health, database",
        run: async (context) => {
          const reply = await context.ready({ path: "/api/health" });
          const { database } = jsonOf(reply, HEALTH);
          if (database !== "ok") throw failure(reply, `says that the database is ${database}`);
          return reply;
        },
      },
      {
        tested: LOGIN,
        run: async (context) => {
          const body = { user: context.grafanaUser, password: await context.grafanaPassword() };
          const reply = expectStatus(await context.send({ path: "/login", body }), 200);
          session.cookie = cookieOf(reply);
          return reply;
        },
      },
      ...DATASOURCES.map(datasource),
    ],
  };
}

function cookieOf(reply: Reply): string {
  const cookies = (reply.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0] ?? "");
  if (!cookies.some((cookie) => cookie.startsWith("grafana_session="))) throw failure(reply, "gave no session");
  return cookies.join("; ");
}
