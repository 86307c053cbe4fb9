import { lokiItems } from "./loki-items";
import { mimirItems } from "./mimir-items";
import { pyroscopeItems } from "./pyroscope-items";
import type { SignalItems, StoringService } from "./signal-items";
import { tempoItems } from "./tempo-items";

/** Writers and readers of items, by service. */
export const ALL_ITEMS: Readonly<Record<StoringService, SignalItems>> = {
  mimir: mimirItems,
  loki: lokiItems,
  tempo: tempoItems,
  pyroscope: pyroscopeItems,
};
