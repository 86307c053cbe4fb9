import type { LayerId } from "../../../../stacks/outputs";
import type { LayerState } from "../../../state/layer-state";
import { summarizeLock } from "../../../state/overview";
import { describeLock } from "../../../state/report";
import type { KnownState, PreflightContext } from "../context";
import type { Finding } from "../finding";
import { count } from "../../../terminal/format";

/** Permissions needed to read states and locks. */
export const STATES_ACTIONS: readonly string[] = ["s3:GetObject", "s3:ListBucket", "dynamodb:GetItem"];

/**
 * Checks that the states can be used: bucket and lock table are there, and no one holds a lock.
 *
 * @param context the states, read
 */
export function stateFindings({ states, session }: Pick<PreflightContext, "states" | "session">): readonly Finding[] {
  const { lockTable } = session.profile.config.state;
  const known = [...states].flatMap(([layer, state]) => (state.known ? [{ layer, state: state.value }] : []));
  const unread = [...states].flatMap(([layer, state]) => (state.known ? [] : [{ layer, why: state.why }]));
  const findings = [
    ...bucketsAbsent(known.filter(({ state }) => state === "no bucket").map(({ layer }) => layer)),
    ...known.flatMap(({ layer, state }) =>
      state === "no bucket" ? [] : [...heldLock(layer, state), ...digest(layer, state)],
    ),
    ...unread.map(({ layer, why }): Finding => ({ check: "state", subject: layer, status: "not checked", found: why })),
  ];
  const table = tableFinding(
    lockTable,
    known.map(({ state }) => state),
  );
  return [...table, ...(findings.length === 0 ? [allFree(states.size)] : findings)];
}

function allFree(states: number): Finding {
  return {
    check: "state",
    subject: "all layers",
    status: "ok",
    found: `${count(states, "state")} can be read, none is locked`,
  };
}

/** Layer 00 has a bucket of its own, the others share one. */
function bucketsAbsent(layers: readonly LayerId[]): readonly Finding[] {
  const [own, others] = [true, false].map((isFirst) =>
    layers.filter((layer) => (layer === "00-bootstrap") === isFirst),
  );
  const found = "the bucket of the state does not exist; before a first deployment that is so";
  const row = { check: "state", status: "warning" as const, found };
  return [
    ...(own?.length === 1 ? [{ ...row, subject: "00-bootstrap", mend: "./lgtm state bootstrap" }] : []),
    ...(others === undefined || others.length === 0
      ? []
      : [{ ...row, subject: count(others.length, "layer"), mend: "apply 00-bootstrap, which makes it" }]),
  ];
}

function tableFinding(name: string, known: readonly KnownState[]): readonly Finding[] {
  const lockable = known.filter((state) => state !== "no bucket" && state.location.lockTable !== undefined);
  if (lockable.length === 0) return [];
  const row = { check: "lock table", subject: name };
  const isThere = lockable.some((state) => state !== "no bucket" && state.lockTable);
  if (isThere) return [{ ...row, status: "ok", found: "it is there" }];
  return [
    { ...row, status: "problem", found: "it does not exist, and no layer can be locked", mend: "apply 00-bootstrap" },
  ];
}

function heldLock(layer: LayerId, { lock }: LayerState): readonly Finding[] {
  if (lock === undefined) return [];
  return [
    {
      check: "state",
      subject: layer,
      status: "problem",
      found: `it is locked by ${describeLock(summarizeLock(lock))}`,
      mend: `wait; if that process is certainly gone: ./lgtm state unlock ${layer} --id ${lock.id}`,
    },
  ];
}

function digest(layer: LayerId, { digest: status }: LayerState): readonly Finding[] {
  if (status !== "differs") return [];
  return [
    {
      check: "state",
      subject: layer,
      status: "problem",
      found: "it is not the one that the lock table recorded, so Terraform refuses to read it",
      mend: "look again if someone applies right now; else ./lgtm state restore",
    },
  ];
}
