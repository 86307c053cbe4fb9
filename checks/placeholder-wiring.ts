import type { Wiring } from "../modules/services/service-definition";

/**
 * Stands for the values of the environment that other layers know only after they were applied: well-formed, and of a
 * domain that never resolves (RFC 2606).
 */
export const PLACEHOLDER_WIRING: Wiring = { memcachedEndpoint: "memcached.placeholder.invalid:11211" };

/** Stands for the value of a secret, which nobody but ECS reads. */
export const PLACEHOLDER_SECRET = "placeholder-secret";
