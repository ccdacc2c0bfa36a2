import type { Digest } from "../names/digest.ts";
import { digestOf } from "../system/hash.ts";
import type { MirrorPlan } from "./plan_entry.ts";

/** What tells a plan from every other, whatever the order of its keys: a report is that of one plan. */
export async function planDigest(plan: MirrorPlan): Promise<Digest> {
  const text = JSON.stringify(plan, (_key, value: unknown) => inOrder(value));
  return await digestOf(new TextEncoder().encode(text), "sha256");
}

function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1));
}
