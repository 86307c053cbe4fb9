import { setTimeout as sleep } from "node:timers/promises";
import { CheckFailure } from "./check-failure";
import { expectStatus, failure } from "./expectations";
import type { Reply, SmokeClient, SmokeRequest } from "./http-client";

/** State that the checks of one run share. */
export interface SmokeContextProps {
  readonly client: SmokeClient;
  /** Tenant that is written to and read from. */
  readonly tenant: string;
  /** Label of everything that the run writes. */
  readonly run: string;
  /** Seconds that a service may take to be ready, and what was written to be readable. */
  readonly waitSeconds: number;
  /** Grafana's administrator. */
  readonly grafanaUser: string;
  /** Reads the administrator's password. */
  readonly grafanaPassword: () => Promise<string>;
  /**
   * Milliseconds between two looks at what may take a while.
   * @default 500
   */
  readonly pauseMs?: number;
}

/** Requests of one run, and the waiting that is allowed. */
export class SmokeContext {
  readonly tenant: string;
  /** A tenant that nothing is ever written to. */
  readonly otherTenant: string;
  readonly run: string;
  /** Start of the run, in milliseconds. */
  readonly startedMs = Date.now();
  readonly grafanaUser: string;
  readonly grafanaPassword: () => Promise<string>;
  private readonly client: SmokeClient;
  private readonly waitSeconds: number;
  private readonly pauseMs: number;

  /** @param props see {@link SmokeContextProps} */
  constructor(props: SmokeContextProps) {
    this.client = props.client;
    this.tenant = props.tenant;
    this.otherTenant = `${props.tenant}-nobody`;
    this.run = props.run;
    this.waitSeconds = props.waitSeconds;
    this.grafanaUser = props.grafanaUser;
    this.grafanaPassword = props.grafanaPassword;
    this.pauseMs = props.pauseMs ?? 500;
  }

  /** Sends one request, once. */
  async send(request: SmokeRequest): Promise<Reply> {
    return this.client.send(request);
  }

  /**
   * Waits until a service answers 200. No connection and server errors are "not yet"; any other answer is a failure at
   * once, since waiting does not mend a wrong route.
   *
   * @throws CheckFailure
   */
  async ready(request: SmokeRequest): Promise<Reply> {
    return this.poll(async () => {
      const reply = await this.client.send(request).catch((error: unknown) => {
        if (error instanceof CheckFailure) return error;
        throw error;
      });
      if (reply instanceof CheckFailure) return { pending: reply };
      if (reply.status < 500) return { reply: expectStatus(reply, 200) };
      return { pending: failure(reply, `still answers ${reply.status}`) };
    });
  }

  /**
   * Waits until something that was written can be read. Only the lack of it is "not yet": whatever `seen` throws is a
   * failure at once.
   *
   * @param request reads it
   * @param seen whether the answer holds it; throws on an answer that is wrong
   * @param what it is, for the message
   * @throws CheckFailure
   */
  async readBack(request: SmokeRequest, seen: (reply: Reply) => boolean, what: string): Promise<Reply> {
    return this.poll(async () => {
      const reply = await this.client.send(request);
      return seen(reply) ? { reply } : { pending: failure(reply, `does not show ${what}`) };
    });
  }

  private async poll(
    attempt: () => Promise<{ readonly reply: Reply } | { readonly pending: CheckFailure }>,
  ): Promise<Reply> {
    const deadline = performance.now() + this.waitSeconds * 1000;
    for (;;) {
      const outcome = await attempt();
      if ("reply" in outcome) return outcome.reply;
      if (performance.now() >= deadline) {
        const { message, request } = outcome.pending;
        throw new CheckFailure(`${message} (waited ${this.waitSeconds} s)`, request);
      }
      await sleep(this.pauseMs);
    }
  }
}
