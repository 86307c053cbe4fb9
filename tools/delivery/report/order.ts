import { orderLine } from "../../terraform/order/order-line";
import type { ChangeOrder } from "../../terraform/order/order-of-change";
import { visible } from "../../terminal/visible-text";
import { escapeHtml } from "./html-text";
import type { PlanWarning } from "./warnings";

/** Plans that contradict each other: something is taken away that another layer goes on using. */
export function orderWarnings(order: ChangeOrder | undefined): readonly PlanWarning[] {
  return (order?.warnings ?? []).map(({ layer, text }) => ({ layer, kind: "interruption", text: `${text}.` }));
}

/** The order as GitHub's Markdown, with what is said of its steps. */
export function orderMarkdown(order: ChangeOrder | undefined): string {
  if (order === undefined || order.steps.length < 2) return "";
  const lines = remarksOf(order).map(({ subject, text }) => `- **${escapeHtml(subject)}** ${escapeHtml(text)}`);
  return [`Order: ${orderLine(order)}`, ...(lines.length === 0 ? [] : ["", ...lines])].join("\n");
}

/** The same for a terminal. */
export function orderLines(order: ChangeOrder | undefined): readonly string[] {
  if (order === undefined || order.steps.length < 2) return [];
  return [`Order: ${orderLine(order)}`, ...remarksOf(order).map(({ subject, text }) => `  ${subject} ${text}`)].map(
    visible,
  );
}

/** The same as a part of the approver's page. */
export function orderHtml(order: ChangeOrder | undefined): string {
  if (order === undefined || order.steps.length < 2) return "";
  const items = remarksOf(order).map(
    ({ subject, text }) => `<li><b>${escapeHtml(subject)}</b> ${escapeHtml(text)}</li>`,
  );
  const list = items.length === 0 ? "" : `<ul>${items.join("")}</ul>`;
  return `<section class="order"><h2>Order</h2><p>${escapeHtml(orderLine(order))}</p>${list}</section>`;
}

/** Reasons of steps that differ from the declared order, and conflicts that no order solves. */
function remarksOf({ steps, notes }: ChangeOrder): readonly { readonly subject: string; readonly text: string }[] {
  return [
    ...steps.flatMap(({ id, because }) => because.map((text) => ({ subject: id, text: `waits: ${text}.` }))),
    ...notes.map(({ layer, text }) => ({ subject: layer, text: `interrupts: ${text}.` })),
  ];
}
