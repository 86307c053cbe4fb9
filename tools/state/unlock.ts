import type { LayerId } from "../../stacks/outputs";
import { stateLocation } from "../../stacks/state-location";
import { UserError } from "../terminal/user-error";
import { isLockable, readLockRow, releaseLock, type Lock } from "./lock-table";
import type { StateSession } from "./session";

/*
 * `terraform force-unlock` removes a lock by its id, in a folder with `terraform init` of the layer, and without a word on who
 * holds it. Here holder and age are shown before anyone confirms, a lock that changes meanwhile stays, and neither Terraform
 * nor a synthesized layer is needed: the moment is rarely a good one.
 */

/** Question to the person before a lock is removed. */
export interface UnlockOptions {
  /** Shows holder and age of the lock that was found. */
  readonly show: (lock: Lock) => void;
  /** Gives the id of the lock to remove: from the command line, or typed in after it was shown. */
  readonly confirm: () => Promise<string>;
}

/**
 * Removes a lock that a process which is gone has left behind, if its id is the confirmed one.
 * @returns the removed lock, or undefined when the state was not locked
 * @throws UserError when the id is another one, or the lock changes in the meantime
 */
export async function unlock(session: StateSession, layer: LayerId, options: UnlockOptions): Promise<Lock | undefined> {
  const location = stateLocation(session.profile.config, layer);
  if (!isLockable(location)) {
    throw new UserError({
      what: `The state of ${layer} has no lock: this layer makes the lock table itself.`,
      mend: "name another layer; `./lgtm state` shows which are locked",
      exit: "badInput",
    });
  }
  const { lock } = await readLockRow(session.clients, location);
  if (lock === undefined) return undefined;
  options.show(lock);
  const id = await options.confirm();
  if (id !== lock.id) throw wrongId(layer, id, lock);
  if (await releaseLock(session.clients, location, lock)) return lock;
  throw new UserError({
    what: `The lock of ${layer} has changed since it was read; nothing was removed.`,
    mend: "someone is at work: run `./lgtm state` to see who holds it now",
  });
}

function wrongId(layer: LayerId, id: string, lock: Lock): UserError {
  return new UserError({
    what: `The lock of ${layer} has the id ${lock.id}, not ${id === "" ? "an empty one" : id}; nothing was removed.`,
    mend: `be certain that ${lock.who} is not at work any more, then give exactly that id`,
    exit: "badInput",
  });
}
