import { z } from "zod";
import { expectStatus, jsonOf } from "../../../tools/smoke/expectations";
import { cpuProfile } from "../../../tools/smoke/signals/pprof";
import { idOf, idSet, itemName, type SignalItems } from "./signal-items";

const SERVICE = "nothing-lost";
const PROFILE_TYPE = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

const MERGED = z.object({ flamegraph: z.object({ names: z.array(z.string()) }).optional() });

/** Profiles: each item is a function that one profile alone holds. */
export const pyroscopeItems: SignalItems = {
  service: "pyroscope",
  item: "functions",
  ways: [
    {
      name: "/ingest",
      port: "http",
      write: ({ run, tenant, ids }) => {
        const until = Math.floor(Date.now() / 1000);
        const parameters = new URLSearchParams({
          // The part behind the dot is the type of the profile.
          name: `${SERVICE}.cpu{run=${run},part=${partOf(ids)}}`,
          from: String(until - 10),
          until: String(until),
          format: "folded",
          sampleRate: "100",
        });
        const body = ids.map((id) => `main;${itemName(id)} 10\n`).join("");
        return { path: `/ingest?${parameters.toString()}`, body, tenant };
      },
    },
    {
      name: "Connect",
      port: "http",
      write: ({ run, tenant, ids }) => {
        const labels = Object.entries({ __name__: "process_cpu", service_name: SERVICE, run, part: partOf(ids) });
        const rawProfile = cpuProfile(ids.map(itemName), new Date()).toString("base64");
        const series = [{ labels: labels.map(([name, value]) => ({ name, value })), samples: [{ rawProfile }] }];
        return { path: "/push.v1.PusherService/Push", body: { series }, tenant };
      },
    },
  ],
  read: async (send, { run, tenant }) => {
    const hour = 3_600_000;
    const range = { start: Date.now() - 2 * hour, end: Date.now() + hour };
    const body = { profile_typeID: PROFILE_TYPE, label_selector: `{run="${run}"}`, maxNodes: 100_000, ...range };
    const reply = await send({ path: "/querier.v1.QuerierService/SelectMergeStacktraces", body, tenant }, "http");
    const { flamegraph } = jsonOf(expectStatus(reply, 200), MERGED);
    return idSet((flamegraph?.names ?? []).map(idOf));
  },
};

/** Each write is a series of its own: of two profiles of one series with the same time Pyroscope keeps one. */
function partOf(ids: readonly number[]): string {
  return `from_${ids[0] ?? 0}`;
}
