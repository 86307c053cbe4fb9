/** Facts about the request that a check failed on. */
export interface FailedRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly traceId: string;
  /** @default - no answer came */
  readonly status?: number;
  /** `Server` field of the answer. */
  readonly server?: string | undefined;
}

/** A check's answer is no. */
export class CheckFailure extends Error {
  /**
   * @param message what was found and what was expected
   * @param request the request whose answer was wrong; undefined if there was none
   */
  constructor(
    message: string,
    readonly request?: FailedRequest,
  ) {
    super(message);
    this.name = "CheckFailure";
  }
}
