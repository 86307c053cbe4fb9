import { z } from "zod";
import { expectStatus, jsonOf } from "../../../tools/smoke/expectations";
import { lokiPush } from "../../../tools/smoke/signals/loki-push";
import { otlpLogs } from "../../../tools/smoke/signals/otlp";
import { idOf, idSet, itemName, type SignalItems } from "./signal-items";

const SERVICE = "nothing-lost";

const STREAMS = z.object({
  data: z.object({
    result: z.array(z.object({ values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())) })),
  }),
});

/** Most lines that Loki gives in one answer (its `max_entries_limit_per_query`). */
const LIMIT = "5000";

/** Logs: each item is a line, which says its run and its id. */
export const lokiItems: SignalItems = {
  service: "loki",
  item: "lines",
  ways: [
    {
      name: "push",
      port: "http",
      write: ({ run, tenant, ids }) => {
        const timeMs = Date.now();
        const lines = ids.map((id) => ({ timeMs, line: `${run} ${itemName(id)}` }));
        return { path: "/loki/api/v1/push", body: lokiPush({ service_name: SERVICE, run }, lines), tenant };
      },
    },
    {
      name: "OTLP",
      port: "http",
      write: ({ run, tenant, ids }) => {
        const timeMs = Date.now();
        const records = ids.map((id) => ({ body: `${run} ${itemName(id)}`, timeMs, attributes: {} }));
        return { path: "/otlp/v1/logs", body: otlpLogs({ service: SERVICE, attributes: {} }, records), tenant };
      },
    },
  ],
  read: async (send, { run, tenant }) => {
    const hour = 3_600_000;
    const parameters = new URLSearchParams({
      query: `{service_name="${SERVICE}"} |= "${run} "`,
      start: `${Date.now() - 2 * hour}000000`,
      end: `${Date.now() + hour}000000`,
      limit: LIMIT,
    });
    const reply = await send({ path: `/loki/api/v1/query_range?${parameters.toString()}`, tenant }, "http");
    const { data } = jsonOf(expectStatus(reply, 200), STREAMS);
    const lines = data.result.flatMap(({ values }) => values.map(([, line]) => line));
    return idSet(lines.map((line) => idOf(line.split(" ")[1] ?? "")));
  },
};
