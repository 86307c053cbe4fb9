import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  type ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { ask, type Answer } from "../../ask";
import { managedIds, type PreflightCheck, type PreflightContext } from "../context";
import type { Finding } from "../finding";
import { declared, PLATFORM_QUOTAS } from "../quotas/platform-quotas";
import type { Quota } from "../quotas/quota";

const ACTIONS = ["servicequotas:GetServiceQuota", "servicequotas:GetAWSDefaultServiceQuota"];

/** Checks that the account's quotas allow the resources that an apply makes, beside the existing ones. */
export const quotasCheck: PreflightCheck = {
  actions: [...ACTIONS, ...PLATFORM_QUOTAS.flatMap(({ demand }) => (demand.per === "region" ? demand.actions : []))],
  run: (context) => Promise.all(PLATFORM_QUOTAS.map((quota) => findingOf(quota, context))),
};

/** Amount that an apply needs. */
interface Need {
  /** In all, with what is there already. */
  readonly total: number;
  /** Without which the apply fails. */
  readonly least: number;
  readonly text: string;
}

async function findingOf(quota: Quota, context: PreflightContext): Promise<Finding> {
  const row = { check: "quota", subject: quota.name };
  const [need, value] = await Promise.all([
    needOf(quota, context),
    ask(ACTIONS, () => valueOf(quota, context.clients.quotas)),
  ]);
  if (!need.known) return { ...row, status: "not checked", found: need.why };
  const { text, total, least } = need.value;
  if (!value.known) {
    return { ...row, status: "not checked", found: `${text}; AWS's default is ${quota.defaultValue}; ${value.why}` };
  }
  const found = `${text}; the quota is ${value.value}`;
  if (total <= value.value) return { ...row, status: "ok", found };
  return { ...row, status: least <= value.value ? "warning" : "problem", found, mend: increase(quota, total) };
}

async function needOf({ demand }: Quota, context: PreflightContext): Promise<Answer<Need>> {
  if (demand.per === "platform") {
    const total = demand.needed(context);
    const remark = demand.remark === undefined ? "" : ` (${demand.remark})`;
    const least = demand.least?.(context) ?? total;
    return { known: true, value: { total, least, text: `the platform takes ${total}${remark}` } };
  }
  const managed = managedIds(context, demand.type);
  if (managed === undefined) return { known: false, why: "the states cannot be read, which say what is there already" };
  const adds = Math.max(0, declared(context, demand.type).length - managed.length);
  const inUse = await ask(demand.actions, () => demand.inUse(context));
  if (!inUse.known) return inUse;
  const total = inUse.value + adds;
  // Existing resources are allowed, whatever the quota says by now.
  const least = adds === 0 ? 0 : total;
  return { known: true, value: { total, least, text: `${inUse.value} in use, an apply adds ${adds}` } };
}

async function valueOf({ serviceCode, quotaCode }: Quota, client: ServiceQuotasClient): Promise<number> {
  const asked = { ServiceCode: serviceCode, QuotaCode: quotaCode };
  try {
    return numberIn((await client.send(new GetServiceQuotaCommand(asked))).Quota?.Value);
  } catch (error) {
    // An account that never asked for more may have no value of its own.
    if (!(error instanceof NoSuchResourceException)) throw error;
    return numberIn((await client.send(new GetAWSDefaultServiceQuotaCommand(asked))).Quota?.Value);
  }
}

function numberIn(value: number | undefined): number {
  if (value === undefined) throw new Error("Service Quotas answered without a value");
  return value;
}

function increase({ serviceCode, quotaCode }: Quota, total: number): string {
  return (
    "ask for more, or remove what is not used:\n" +
    `aws service-quotas request-service-quota-increase --service-code ${serviceCode} --quota-code ${quotaCode} --desired-value ${Math.ceil(total)}`
  );
}
